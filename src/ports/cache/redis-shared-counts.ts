/** Counts of the limits of clients, which all processes with the same Redis add to. */
import { createHash } from 'node:crypto'
import type { SharedCounts } from '../../runtime/limiter.ts'
import type { Logger } from '../../runtime/logger.ts'
import { openRedisConnection } from './redis-connection.ts'
import { LIMIT_PREFIX } from './redis-keys.ts'
import { ADD_TO_COUNT, evaluate } from './redis-scripts.ts'

/** @throws Error with a sentence for the operator */
export async function openRedisSharedCounts(url: string, log: Logger): Promise<SharedCounts> {
  const connection = await openRedisConnection({
    url,
    log,
    meanwhile: 'each process counts the limits of clients alone',
    prepare: async () => {},
    isPrepared: () => true,
    onReconnected: () => {},
  })
  return {
    get isUp() {
      return connection.isUp
    },
    async add(key, amount, windowMs) {
      const reply = await evaluate(
        connection.send,
        ADD_TO_COUNT,
        [keyOf(key)],
        [String(amount), String(windowMs)],
      )
      const [count, msLeft] = reply as [number, number]
      return { count, msLeft }
    },
    stop: () => connection.stop(),
  }
}

/** Of a bounded length, and without the address or the id of a person. */
const keyOf = (key: string): string =>
  `${LIMIT_PREFIX}${createHash('sha256').update(key).digest('base64url')}`
