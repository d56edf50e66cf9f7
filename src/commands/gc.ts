import { type Expiring, EXPIRING, openGc, type OpenGc, type UnreferencedObject } from '../app/gc.ts'
import { createLogger } from '../runtime/logger.ts'
import { EXIT } from './exit-codes.ts'
import { formatNumber } from './format-number.ts'
import type { Io } from './io.ts'
import { type ConfigOptions, configOf, wholeNumber } from './options.ts'
import { printable } from './printable.ts'

export interface GcOptions extends ConfigOptions {
  dryRun?: boolean
  /** minutes */
  grace: string
  json?: boolean
}

/** An object is stored at most some minutes before its row; less would remove contents that are being uploaded. */
const MIN_GRACE_MINUTES = 60
const MAX_GRACE_MINUTES = 60 * 24 * 365
/** Maximum number of objects in the output of --json; standard error has all of them. */
const MAX_LISTED = 10_000

/** Removes objects that no row names, rows that have expired, and tombstones that are no longer needed. */
export async function gc(options: GcOptions, io: Io): Promise<number> {
  const minutes = wholeNumber(options.grace, '--grace', MIN_GRACE_MINUTES, MAX_GRACE_MINUTES)
  const { config } = await configOf(options)
  const { dryRun = false, json } = options
  const opened = await openGc(config, {
    log: createLogger({ level: 'fatal' }),
    signal: io.signal,
    objectsBefore: new Date(Date.now() - minutes * 60_000),
  })
  const objects: Omit<UnreferencedObject, 'modified'>[] = []
  let count = 0
  let bytes = 0
  let expired: Record<Expiring, number>
  let tombstones = 0
  try {
    for await (const object of opened.objects()) {
      io.signal.throwIfAborted()
      if (!dryRun) await opened.removeObject(object)
      const { bucket, key, size, modified } = object
      count++
      bytes += size
      if (objects.length < MAX_LISTED) objects.push({ bucket, key, size })
      const did = dryRun ? 'would remove' : 'removed'
      io.note(`${did}: ${bucket}/${printable(key)}, ${size} bytes, of ${modified.toISOString()}`)
    }
    expired = await collectExpired(opened, dryRun)
    for await (const batch of opened.tombstones()) {
      io.signal.throwIfAborted()
      const left = dryRun ? undefined : await opened.removeTombstones(batch, io.note)
      if (left !== undefined) {
        io.note(`old tombstones stay in the search index: ${left}`)
        break
      }
      tombstones += batch.length
    }
  } finally {
    await opened.stop()
  }
  if (json) io.json({ dry_run: dryRun, count, bytes, objects, expired, tombstones })
  else {
    const rows = KINDS.map((kind) => `${formatNumber(expired[kind])} ${EXPIRING[kind]}`).join(', ')
    const what =
      `${formatNumber(count)} objects that no row names, ${formatNumber(bytes)} bytes; of what has expired ${rows}; ` +
      `and ${formatNumber(tombstones)} tombstones of deleted documents`
    io.out(dryRun ? `Would remove ${what}.` : `Removed ${what}.`)
  }
  return EXIT.done
}

const KINDS = Object.keys(EXPIRING) as Expiring[]

async function collectExpired({ expired }: OpenGc, dryRun: boolean): Promise<Record<Expiring, number>> {
  const counts: Partial<Record<Expiring, number>> = {}
  for (const kind of KINDS) counts[kind] = await (dryRun ? expired.count(kind) : expired.remove(kind))
  return counts as Record<Expiring, number>
}
