/** Small objects in the database of the process, in front of the objects of another driver. */
import { Readable } from 'node:stream'
import type { Pool } from 'pg'
import { bytesOfHex } from '../../db/bytea.ts'
import { queryRows, sqlState } from '../../db/query.ts'
import { poll } from '../../runtime/poll.ts'
import { TimeoutError } from '../../runtime/within.ts'
import type { BlobsDriver, OpenedObject } from './driver.ts'
import type { Bucket, ByteRange, ListedObject } from './port.ts'

/**
 * A file costs two flushes; a row none beside that of the row which names it. Larger objects would only make the log of the
 * database longer.
 */
const ROW_BYTES = 16 * 1024
const PAGE_SIZE = 1_000
const CATCH_UP_LIMIT_MS = 2_000
const CATCH_UP_POLL_MS = 10

/**
 * Objects that `prepare` leaves to the statements of their rows are in the table blobs.objects; all others, and those
 * that were stored before there was this table, belong to the other driver. What is put again belongs to it, too.
 */
export function withObjectTable(files: BlobsDriver, pool: Pool): BlobsDriver {
  const table = createObjectTable(pool)

  return {
    ...files,
    rowBytes: ROW_BYTES,

    async put(bucket, key, body, options) {
      await files.put(bucket, key, body, options)
      // Afterwards, so that one of the two is there at every moment.
      if (!options.fresh) await table.remove(bucket, key)
    },

    async get(bucket, key, range) {
      try {
        return await files.get(bucket, key, range)
      } catch (error) {
        if (files.meaningOf(error) !== 'missing') throw error
        const bytes = await table.read(bucket, key)
        if (bytes === undefined) throw error
        return opened(bytes, range)
      }
    },

    async size(bucket, key) {
      try {
        return await files.size(bucket, key)
      } catch (error) {
        if (files.meaningOf(error) !== 'missing') throw error
        const size = await table.size(bucket, key)
        if (size === undefined) throw error
        return size
      }
    },

    async *list(bucket) {
      yield* files.list(bucket)
      yield* table.list(bucket)
    },

    async delete(bucket, key) {
      await files.delete(bucket, key).catch((error: unknown) => {
        if (files.meaningOf(error) !== 'missing') throw error
      })
      await table.remove(bucket, key)
    },

    catchUp: () => waitForTransactions(pool),
  }
}

function opened(bytes: Buffer, range: ByteRange | undefined): OpenedObject {
  const part = range === undefined ? bytes : bytes.subarray(range.start, range.end + 1)
  return { stream: Readable.from([part]), size: bytes.length }
}

function createObjectTable(pool: Pool) {
  /** A backup reads databases of older versions, which do not have the table. */
  async function query<Row extends Record<string, unknown>>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return await queryRows<Row>(pool, text, values)
    } catch (error) {
      if (sqlState(error) === '42P01') return []
      throw error
    }
  }

  return {
    async read(bucket: Bucket, key: string): Promise<Buffer | undefined> {
      const text = 'SELECT bytes FROM blobs.objects WHERE bucket = $1 AND key = $2'
      const [row] = await query<{ bytes: string }>(text, [bucket, key])
      return row && bytesOfHex(row.bytes)
    },

    async size(bucket: Bucket, key: string): Promise<number | undefined> {
      const text = 'SELECT octet_length(bytes) AS size FROM blobs.objects WHERE bucket = $1 AND key = $2'
      return (await query<{ size: number }>(text, [bucket, key]))[0]?.size
    },

    async *list(bucket: Bucket): AsyncGenerator<ListedObject> {
      for (let after = ''; ;) {
        const rows: { key: string; size: number; stored_at: string }[] = await query(
          `SELECT key, octet_length(bytes) AS size, stored_at FROM blobs.objects
           WHERE bucket = $1 AND key > $2 ORDER BY key LIMIT ${PAGE_SIZE}`,
          [bucket, after],
        )
        for (const { key, size, stored_at } of rows) yield { key, size, modified: new Date(stored_at) }
        if (rows.length < PAGE_SIZE) return
        after = rows.at(-1)!.key
      }
    },

    async remove(bucket: Bucket, key: string): Promise<void> {
      await query('DELETE FROM blobs.objects WHERE bucket = $1 AND key = $2', [bucket, key])
    },
  }
}

/**
 * A subscriber to the log can see a commit before other connections do. The transaction holds the lock of its id until they
 * do (CommitTransaction in PostgreSQL's xact.c), so what has committed is visible when the locks of now are gone. Waits at
 * most CATCH_UP_LIMIT_MS, for transactions that go on for longer cannot have committed.
 */
async function waitForTransactions(pool: Pool): Promise<void> {
  const running = `SELECT transactionid AS id FROM pg_locks
    WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND granted`
  const ids = (await queryRows<{ id: string }>(pool, running)).map(({ id }) => id)
  if (ids.length === 0) return
  const still = `${running} AND transactionid::text = ANY ($1) LIMIT 1`
  const isDone = async (): Promise<boolean> => (await queryRows(pool, still, [ids])).length === 0
  const limits = { timeoutMs: CATCH_UP_LIMIT_MS, maxIntervalMs: CATCH_UP_POLL_MS }
  await poll(limits, 'transactions in progress', isDone).catch((error: unknown) => {
    if (!(error instanceof TimeoutError)) throw error
  })
}
