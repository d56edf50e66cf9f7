import type { Reach } from '../../domain/access.ts'
import { coalesce } from '../../runtime/coalesce.ts'
import { commandError } from './redis-client.ts'
import type { RedisConnection } from './redis-connection.ts'
import { keysOf } from './redis-keys.ts'
import { evaluate, READ } from './redis-scripts.ts'

/** Reads of documents; those of one turn of the event loop are one command. */
export interface RedisReads {
  /** The document's JSON, or null; null also when the key holds no string. */
  plain(id: string): Promise<string | null>
  /**
   * The same, with its view counted; null also when a counter is lost.
   * @param hash of the viewer
   * @param reach of the viewer: the view of a document that is not within it is not counted
   * @throws the error reply about this document's keys, or about the command
   */
  counted(id: string, hash: string, reach: Reach): Promise<string | null>
}

/** Maximum number of documents in one command. Redis answers it within a millisecond, so others do not wait longer. */
const MAX_BATCH = 64

export function createRedisReads({ send }: RedisConnection): RedisReads {
  const counted = coalesce<{ id: string; hash: string; reach: Reach }, string | null>(
    MAX_BATCH,
    async (reads) => {
      const keys: string[] = []
      const values: string[] = []
      for (const { id, hash, reach } of reads) {
        const { document, views, unique } = keysOf(id)
        keys.push(document, views, unique)
        values.push(hash, sought(reach))
      }
      const replies = (await evaluate(send, READ, keys, values)) as (string | null | [error: string])[]
      return replies.map((reply) => (Array.isArray(reply) ? commandError(reply[0]) : reply))
    },
  )
  const plain = coalesce<string, string | null>(
    MAX_BATCH,
    async (ids) => (await send('MGET', ...ids.map((id) => keysOf(id).document))) as (string | null)[],
  )
  return { plain, counted: (id, hash, reach) => counted({ id, hash, reach }) }
}

/** The subjects as they are in the JSON of a document, one a line; empty: any document is within reach. */
const sought = (reach: Reach): string =>
  reach === 'all' ? '' : reach.map((subject) => JSON.stringify(subject)).join('\n') || '\n'
