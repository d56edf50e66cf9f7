import type { Logger } from '../../runtime/logger.ts'
import type { Send } from './redis-client.ts'
import { FLOOR_SECONDS, keysOf, RUN_KEY } from './redis-keys.ts'
import { evaluate, FORGET, SCRIPTS } from './redis-scripts.ts'

/** Keys to invalidate because a change could not be written to Redis. */
export interface RedisInvalidations {
  /** Versions of the document up to `floor` must not be read from Redis any more. */
  add(id: string, floor: number): void
  /** No document that Redis has now may be read from it any more. */
  addAll(): void
  isEmpty(): boolean
  /** Loads the scripts and invalidates the keys: what a new connection needs before it is used. */
  run(send: Send): Promise<void>
}

/** With more documents than these, all documents are invalidated instead. */
const MAX_DOCUMENTS = 50_000
const BATCH = 500
const SCAN_COUNT = '1000'

export function createRedisInvalidations(log: Logger): RedisInvalidations {
  const floors = new Map<string, number>()
  let isAll = false

  const invalidate = async (send: Send): Promise<void> => {
    while (floors.size > 0) {
      const batch = [...floors].slice(0, BATCH)
      await Promise.all(
        batch.map(([id, floor]) => {
          const { document, floor: floorKey } = keysOf(id)
          return evaluate(send, FORGET, [document, floorKey], [String(floor), FLOOR_SECONDS])
        }),
      )
      for (const [id, floor] of batch) if (floors.get(id) === floor) floors.delete(id)
    }
  }

  const invalidateAll = async (send: Send): Promise<void> => {
    isAll = false
    try {
      const count = await removeDocuments(send)
      if (count > 0)
        log.warn({ documents: count }, 'Redis may lack changes; its cached documents were removed')
    } catch (error) {
      isAll = true
      throw error
    }
  }

  return {
    add(id, floor) {
      if (floors.size >= MAX_DOCUMENTS && !floors.has(id)) isAll = true
      else floors.set(id, Math.max(floor, floors.get(id) ?? 0))
    },
    addAll: () => void (isAll = true),
    isEmpty: () => floors.size === 0 && !isAll,
    async run(send) {
      for (const { source } of SCRIPTS) await send('SCRIPT', 'LOAD', source)
      // A server that was restarted, or that replaced another, may lack the last changes that were written.
      const run = /^run_id:(\w+)/m.exec(String(await send('INFO', 'server')))?.[1] ?? ''
      if (isAll || (await send('GET', RUN_KEY)) !== run) await invalidateAll(send)
      // Written each time, because a server that rejects writes cannot be used.
      await send('SET', RUN_KEY, run)
      await invalidate(send)
    },
  }
}

async function removeDocuments(send: Send): Promise<number> {
  let cursor = '0'
  let count = 0
  do {
    const [next, keys] = (await send('SCAN', cursor, 'MATCH', 'document:*', 'COUNT', SCAN_COUNT)) as [
      string,
      string[],
    ]
    if (keys.length > 0) count += Number(await send('UNLINK', ...keys))
    cursor = next
  } while (cursor !== '0')
  return count
}
