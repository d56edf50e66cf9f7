import { type Api, createApi } from '../client/api.ts'
import { findService, type FoundService } from '../client/find-service.ts'
import { type LoadedConfig } from '../config/load-config.ts'
import { clientVariables } from '../config/client-variables.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { configOf, type ServiceOptions } from './options.ts'

export interface ServiceContext {
  api: Api
  service: FoundService
  loaded: LoadedConfig
}

/**
 * Finds the service or starts an embedded one, does the work, and stops what it has started.
 * @param connections maximum number of connections of the client
 */
export async function withService<T>(
  options: ServiceOptions,
  io: Io,
  connections: number,
  work: (context: ServiceContext) => Promise<T>,
): Promise<T> {
  const loaded = await configOf(options)
  const variables = clientVariables()
  const url = options.url ?? variables.url
  const token = options.token ?? variables.token
  if (url !== undefined && !/^https?:\/\/[^/]/.test(url)) {
    throw new CommandError(`--url ${url}: must be a URL such as http://127.0.0.1:8000`, EXIT.usage)
  }
  const service = await findService(loaded.config, {
    signal: io.signal,
    folderIsNamed: loaded.origins.get('data')!.layer !== 'default',
    onStart: () => io.note('No service is running: starting one for this command …'),
    ...(url !== undefined && { url }),
    ...(token !== undefined && { token }),
  })
  const api = createApi(service.urls, {
    connections,
    signal: io.signal,
    ...(service.token !== undefined && { token: service.token }),
  })
  try {
    return await work({ api, service, loaded })
  } finally {
    await api.close()
    await service.stop()
  }
}
