import { checkArchive, type End, type Manifest, openBackup } from '../app/backup.ts'
import { createLogger } from '../runtime/logger.ts'
import { archiveMessage } from './archive-message.ts'
import { EXIT } from './exit-codes.ts'
import { formatNumber } from './format-number.ts'
import type { Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'
import { printable } from './printable.ts'
import { startProgress } from './progress.ts'

export interface BackupOptions extends ConfigOptions {
  check?: boolean
  force?: boolean
  json?: boolean
}

/** Writes an archive of database, contents and secrets, or verifies one. */
export async function backup(file: string, options: BackupOptions, io: Io): Promise<number> {
  if (options.check) {
    const { manifest, end } = await checkArchive(file, io.signal).catch(archiveMessage(file))
    return report({ file, manifest, end }, options, io)
  }
  const { config } = await configOf(options)
  const opened = await openBackup(config, { log: createLogger({ level: 'fatal' }), signal: io.signal })
  try {
    io.signal.throwIfAborted()
    const { manifest } = opened
    const progress = startProgress(io, objectsOf(manifest), 'contents')
    const onObject = (name: string, damage: string | undefined): void => {
      if (damage !== undefined)
        io.note(`${io.errorColors.yellow('left out:')} ${printable(name)}: ${printable(damage)}`)
      progress.advance()
    }
    const { force = false } = options
    const { end, bytes } = await opened.write(file, { force, onObject }).finally(() => progress.end())
    return report({ file, manifest, end, bytes }, options, io)
  } finally {
    await opened.stop()
  }
}

interface Outcome {
  file: string
  manifest: Manifest
  end: End
  /** size of a new archive */
  bytes?: number
}

function report({ file, manifest, end, bytes }: Outcome, { json, check }: BackupOptions, io: Io): number {
  const { program_version, created_at, migrations, tables } = manifest
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const objects = objectsOf(manifest) - end.damaged
  if (json) {
    const { complete, damaged, objects: left_out } = end
    const schema_version = migrations.length
    const summary = {
      complete,
      created_at,
      program_version,
      schema_version,
      rows,
      objects,
      damaged,
      left_out,
    }
    io.json({ file, ...(bytes !== undefined && { bytes }), ...summary })
  } else {
    const what = `${formatNumber(rows)} rows and ${formatNumber(objects)} contents and images, as of ${created_at}`
    io.out(
      check
        ? `${file}, of docmgr ${program_version}, has ${what}.`
        : `${file} has ${what}, and was verified.`,
    )
    if (!end.complete) {
      const missing = `${formatNumber(end.damaged)} contents or images are damaged, and not in it`
      io.out(`It is not complete: ${missing}. \`docmgr verify\` names them; an older backup may have them.`)
    }
  }
  return end.complete ? EXIT.done : EXIT.attention
}

const objectsOf = ({ objects }: Manifest): number =>
  Object.values(objects).reduce((sum, { count }) => sum + count, 0)
