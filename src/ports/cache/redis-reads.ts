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
   * @throws the error reply about this document's keys, or about the command
   */
  counted(id: string, hash: string): Promise<string | null>
}

/** Maximum number of documents in one command. Redis answers it within a millisecond, so others do not wait longer. */
const MAX_BATCH = 64

export function createRedisReads({ send }: RedisConnection): RedisReads {
  const counted = coalesce<{ id: string; hash: string }, string | null>(MAX_BATCH, async (reads) => {
    const keys: string[] = []
    const hashes: string[] = []
    for (const { id, hash } of reads) {
      const { document, views, unique } = keysOf(id)
      keys.push(document, views, unique)
      hashes.push(hash)
    }
    const replies = (await evaluate(send, READ, keys, hashes)) as (string | null | [error: string])[]
    return replies.map((reply) => (Array.isArray(reply) ? commandError(reply[0]) : reply))
  })
  const plain = coalesce<string, string | null>(
    MAX_BATCH,
    async (ids) => (await send('MGET', ...ids.map((id) => keysOf(id).document))) as (string | null)[],
  )
  return { plain, counted: (id, hash) => counted({ id, hash }) }
}
