/** A populated service whose stored data is damaged, and how each kind of data is reached without the service. */
import type { Pool } from 'pg'
import type { Blobs, Bucket } from '../../ports/blobs/port.ts'
import type { SearchIndex } from '../../ports/search/port.ts'
import type { CliResult } from '../cli.ts'

export interface DamageTarget {
  /** URL of the service */
  http: string
  /** as a superuser, so that triggers can be switched off */
  pool: Pool
  blobs: Blobs
  index: SearchIndex
  /** where the cache is shared */
  redis?: {
    get(key: string): Promise<string | null>
    set(key: string, value: string): Promise<unknown>
    del(key: string): Promise<unknown>
  }
  verify(...args: string[]): Promise<CliResult>
}

/** Runs statements without triggers, as an operator with a wrong idea or a damaged disk would change rows. */
export async function withoutTriggers(
  { pool }: Pick<DamageTarget, 'pool'>,
  statements: readonly [text: string, values: unknown[]][],
): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin; set local session_replication_role = replica')
    for (const [text, values] of statements) await client.query(text, values)
    await client.query('commit')
  } finally {
    client.release()
  }
}

export async function bytesOf({ blobs }: DamageTarget, bucket: Bucket, key: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of (await blobs.get(bucket, key))!) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const PUT = { contentType: 'application/octet-stream', maxBytes: 10_000_000 }

export const putBytes = ({ blobs }: DamageTarget, bucket: Bucket, key: string, bytes: Buffer) =>
  blobs.put(bucket, key, bytes, PUT)
