import { applyAccess } from '../app/access.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'

/** Gives the users of the servers their rights. */
export async function access(options: ConfigOptions, io: Io): Promise<number> {
  const { config } = await configOf(options)
  const lines = await applyAccess(config)
  if (lines.length === 0) {
    throw new CommandError('changes.url names no server with users, such as kafka://', EXIT.usage)
  }
  for (const line of lines) io.out(`${line}.`)
  return EXIT.done
}
