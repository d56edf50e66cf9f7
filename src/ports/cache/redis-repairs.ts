import type { Logger } from '../../runtime/logger.ts'
import type { Send } from './redis-link.ts'
import { FLOOR_SECONDS, keysOf } from './redis-keys.ts'
import { evaluate, FORGET, SCRIPTS } from './redis-scripts.ts'

/** What Redis may still have and must not answer, because it could not be told of a change. */
export interface RedisRepairs {
  /** No version up to `floor` may be believed any more. */
  add(id: string, floor: number): void
  /** No document may be believed any more. */
  addAll(): void
  isEmpty(): boolean
  /** Makes a new connection fit to be believed. */
  run(send: Send): Promise<void>
}

/** More than these, and all documents are forgotten instead. */
const MAX_REMEMBERED = 50_000
const BATCH = 500
const SCAN_COUNT = '1000'
/** The run of the server whose documents were all written since it began. */
const RUN_KEY = 'cache:run_id'

export function createRedisRepairs(log: Logger): RedisRepairs {
  const floors = new Map<string, number>()
  let forgetAll = false

  const repair = async (send: Send): Promise<void> => {
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

  return {
    add(id, floor) {
      if (floors.size >= MAX_REMEMBERED && !floors.has(id)) forgetAll = true
      else floors.set(id, Math.max(floor, floors.get(id) ?? 0))
    },
    addAll: () => void (forgetAll = true),
    isEmpty: () => floors.size === 0 && !forgetAll,
    async run(send) {
      for (const { source } of SCRIPTS) await send('SCRIPT', 'LOAD', source)
      // A server that was started again, or that took the place of another, may lack the last changes that were written.
      const run = /^run_id:(\w+)/m.exec(String(await send('INFO', 'server')))?.[1] ?? ''
      const known = await send('GET', RUN_KEY)
      if (forgetAll || known !== run) {
        forgetAll = false
        try {
          const count = await forgetDocuments(send)
          if (count > 0)
            log.warn({ documents: count }, 'Redis was started again: its documents are not believed')
        } catch (error) {
          forgetAll = true
          throw error
        }
      }
      // Written each time: a server that takes no writes is of no use.
      await send('SET', RUN_KEY, run)
      await repair(send)
    },
  }
}

async function forgetDocuments(send: Send): Promise<number> {
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
