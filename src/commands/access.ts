import { applyAccess } from '../app/access.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'

export interface AccessOptions extends ConfigOptions {
  passwords?: string
}

/** Gives the users of the servers their rights. */
export async function access(options: AccessOptions, io: Io): Promise<number> {
  const { config } = await configOf(options)
  const lines = await applyAccess(config, options.passwords)
  if (lines.length === 0) {
    const why = 'database.url, changes.url, blobs.url, search.url and cache.url name no server with users'
    throw new CommandError(`${why}, such as kafka://host:port or s3:http://host:port`, EXIT.usage)
  }
  for (const line of lines) io.out(`${line}.`)
  return EXIT.done
}
