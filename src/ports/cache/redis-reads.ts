import { coalesce } from '../../runtime/coalesce.ts'
import { keysOf } from './redis-keys.ts'
import { type RedisLink, refusalOf } from './redis-link.ts'
import { evaluate, READ } from './redis-scripts.ts'

/** Reads of documents; those of one turn of the event loop are one command. */
export interface RedisReads {
  /** The document's JSON or null; what is no string there is null too. */
  plain(id: string): Promise<string | null>
  /**
   * The same, and its view counted; null too where a counter is lost.
   * @param hash of the viewer
   * @throws what Redis says of this document's keys, or of the command
   */
  counted(id: string, hash: string): Promise<string | null>
}

/** Documents of one command at the most: it is answered within a millisecond, for nobody else waits longer. */
const MOST = 64

export function createRedisReads(link: RedisLink): RedisReads {
  const counted = coalesce<{ id: string; hash: string }, string | null>(MOST, async (reads) => {
    const keys: string[] = []
    const hashes: string[] = []
    for (const { id, hash } of reads) {
      const { document, views, unique } = keysOf(id)
      keys.push(document, views, unique)
      hashes.push(hash)
    }
    const replies = (await evaluate(link.send, READ, keys, hashes)) as (string | null | [refusal: string])[]
    return replies.map((reply) => (Array.isArray(reply) ? refusalOf(reply[0]) : reply))
  })
  const plain = coalesce<string, string | null>(
    MOST,
    async (ids) => (await link.send('MGET', ...ids.map((id) => keysOf(id).document))) as (string | null)[],
  )
  return { plain, counted: (id, hash) => counted({ id, hash }) }
}
