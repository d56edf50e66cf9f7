import { type Api, createApi } from '../client/api.ts'
import { findService, type FoundService } from '../client/find-service.ts'
import { ApiError } from '../client/problem.ts'
import { type LoadedConfig } from '../config/load-config.ts'
import { clientValues, type ClientValue } from '../config/client-variables.ts'
import { DomainError } from '../domain/errors.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { configOf, type ServiceOptions } from './options.ts'
import { printable } from './printable.ts'

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
  const { url, token } = clientValues(options)
  if (url) checkUrl(url)
  if (token) checkToken(token)
  const service = await findService(loaded.config, {
    signal: io.signal,
    folderIsNamed: loaded.origins.get('data')!.layer !== 'default',
    onStart: () => io.note('No service is running: starting one for this command …'),
    ...(url !== undefined && { url }),
    ...(token !== undefined && { token: token.value }),
  })
  const api = createApi(service.urls, {
    connections,
    signal: io.signal,
    ...(service.token !== undefined && { token: service.token }),
    ...(token && { tokenFrom: token.from }),
  })
  try {
    return await work({ api, service, loaded })
  } catch (error) {
    throw service.kind === 'embedded' ? asOwn(error) : error
  } finally {
    await api.close()
    await service.stop()
  }
}

/** The servers of a service that this process has started are those of its own configuration. */
function asOwn(error: unknown): unknown {
  const isAway = error instanceof ApiError && /cannot be (reached|used)/.test(error.message)
  return isAway ? new DomainError('unavailable', error.message, { cause: error }) : error
}

/** @throws CommandError; it does not show a password */
function checkUrl({ value, from }: ClientValue): void {
  const { username, search, hash } = URL.canParse(value) ? new URL(value) : {}
  if (/^https?:\/\/[^/]/i.test(value) && username === '' && search === '' && hash === '') return
  const shown = value.includes('@') ? from : `${from} ${printable(value)}`
  throw new CommandError(`${shown}: must be the URL of a service, such as http://127.0.0.1:8000`, EXIT.usage)
}

/** As in RFC 6750, 2.1. @throws CommandError without the token */
function checkToken({ value, from }: ClientValue): void {
  if (/^[\w.~+/-]+=*$/.test(value)) return
  const rule = 'must be a token as `docmgr token` prints it, without spaces and line ends'
  throw new CommandError(`${from}: ${rule}`, EXIT.usage)
}
