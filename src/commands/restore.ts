import { resolve } from 'node:path'
import { openRestore } from '../app/restore.ts'
import { createLogger } from '../runtime/logger.ts'
import { archiveMessage } from './archive-message.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { formatNumber } from './format-number.ts'
import type { Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'
import { startProgress } from './progress.ts'

export interface RestoreOptions extends ConfigOptions {
  incomplete?: boolean
  json?: boolean
}

/** Restores an archive into an empty data folder, database and object storage. */
export async function restore(file: string, options: RestoreOptions, io: Io): Promise<number> {
  const { config } = await configOf(options)
  const log = createLogger({ level: 'fatal' })
  const opened = await openRestore(config, file, { log, signal: io.signal }).catch(archiveMessage(file))
  const { manifest, end } = opened
  if (!end.complete && !options.incomplete) {
    const some = end.objects.slice(0, 3).map(({ object }) => object)
    throw new CommandError(
      `${file} is not complete: ${end.damaged} contents or images were damaged when it was made (${some.join(', ')}): ` +
        'use an older backup, or restore what it has with --incomplete',
    )
  }
  const objects = Object.values(manifest.objects).reduce((sum, { count }) => sum + count, 0) - end.damaged
  const progress = startProgress(io, objects, 'contents')
  await opened
    .run(() => progress.advance())
    .finally(() => progress.end())
    .catch(archiveMessage(file))
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
  const { created_at, program_version } = manifest
  if (options.json) {
    io.json({
      file,
      data: resolve(config.data),
      created_at,
      program_version,
      rows,
      objects,
      missing: end.damaged,
    })
  } else {
    io.out(
      `Restored ${formatNumber(rows)} rows and ${formatNumber(objects)} contents and images, as of ${created_at}.`,
    )
    if (!end.complete)
      io.out(`${formatNumber(end.damaged)} contents or images are missing: \`docmgr verify\` names them.`)
  }
  return end.complete ? EXIT.done : EXIT.attention
}
