/**
 * What an archive of `docmgr backup` consists of: a gzip-compressed tar with these entries, in this order.
 *
 *     manifest.json                     `Manifest`
 *     secrets/NAME                      a secret of the data folder
 *     tables/SCHEMA.TABLE/000001.jsonl  rows as JSON objects, one a line
 *     objects/BUCKET/KEY                an object
 *     end.json                          `End`
 *
 * After at most a thousand of them, and before the end, an entry `checksums/000001` has the SHA-256 of each entry since the
 * last such entry, as sha256sum(1) prints them. So it is written and read in one pass, with little memory.
 */
import { z } from 'zod'
import type { Bucket } from '../../ports/blobs/port.ts'
import { ArchiveError, NewerArchiveError } from './archive-error.ts'
import type { Entry } from './tar.ts'

export const FORMAT_VERSION = 1
export const MANIFEST_NAME = 'manifest.json'
export const END_NAME = 'end.json'
/** Entries between two entries with checksums. */
export const CHECKSUMS_EVERY = 1_000
/** Rows are collected up to about this size; one row may be larger. */
export const PART_BYTES = 1024 * 1024
/** Maximum number of damaged objects that an archive names. */
export const MAX_NAMED = 10_000
/** Maximum size of entries that are held in memory. */
const MAX_HELD_BYTES = 16 * 1024 * 1024

/** The buckets whose objects rows name. */
export const OBJECT_BUCKETS = ['documents', 'signatures'] as const satisfies readonly Bucket[]
export type ObjectBucket = (typeof OBJECT_BUCKETS)[number]

const count = z.number().int().nonnegative()

const manifestSchema = z.object({
  format: z.literal('docmgr-backup'),
  format_version: z.literal(FORMAT_VERSION),
  program_version: z.string().max(100),
  created_at: z.iso.datetime(),
  /** times of the applied migrations in milliseconds, as drizzle's journal has them */
  migrations: z.array(count).min(1).max(10_000),
  tables: z
    .array(
      z.object({
        name: z.string().regex(/^[a-z_][a-z0-9_]{0,62}\.[a-z_][a-z0-9_]{0,62}$/),
        columns: z.array(z.string().max(63)).min(1),
        rows: count,
      }),
    )
    .max(1_000),
  /** what the rows name, damaged ones included */
  objects: z.record(z.enum(OBJECT_BUCKETS), z.object({ count, bytes: count })),
})

/** What an archive has, as far as it is known before it is written. */
export type Manifest = z.infer<typeof manifestSchema>

const endSchema = z.object({
  /** every object that a row names is there */
  complete: z.boolean(),
  entries: count,
  /** of all lines of the entries with checksums */
  sha256: z.string(),
  damaged: count,
  /** the first of the damaged objects, which are not in the archive */
  objects: z.array(z.object({ object: z.string(), detail: z.string() })).max(MAX_NAMED),
})

/** The last entry: without it an archive is not whole. */
export type End = z.infer<typeof endSchema>

/** @throws ArchiveError */
export function parseManifest(bytes: Buffer): Manifest {
  const value = parseJson(bytes) as Partial<Record<keyof Manifest, unknown>> | null
  if (value?.format !== 'docmgr-backup') throw new ArchiveError('it is not a backup of docmgr')
  const { format_version: version, program_version: program } = value
  if (typeof version === 'number' && version > FORMAT_VERSION) {
    throw new NewerArchiveError(
      `it has format version ${version}, of docmgr ${String(program)}, and this program reads up to ${FORMAT_VERSION}: ` +
        'use the newer program',
    )
  }
  return parse(manifestSchema, value, MANIFEST_NAME)
}

/** @throws ArchiveError */
export const parseEnd = (bytes: Buffer): End => parse(endSchema, parseJson(bytes), END_NAME)

function parse<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const { data, error } = schema.safeParse(value)
  if (error)
    throw new ArchiveError(`its ${name} is not valid: ${z.prettifyError(error).replaceAll('\n', ' ')}`)
  return data
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw new ArchiveError('it is not a backup of docmgr')
  }
}

export function jsonEntry(name: string, value: Manifest | End): Entry {
  return bytesEntry(name, Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`))
}

export const bytesEntry = (name: string, bytes: Buffer): Entry => ({
  name,
  size: bytes.length,
  body: [bytes],
})

export const numbered = (number: number): string => String(number).padStart(6, '0')

/** The bytes of an entry that is held in memory. @throws ArchiveError when it is too large for that */
export async function bytesOf({ name, size, body }: Entry, limit = MAX_HELD_BYTES): Promise<Buffer> {
  if (size > limit) throw new ArchiveError(`its entry ${name} is too large`)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
