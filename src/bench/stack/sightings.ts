import { within } from '../../testing/deadline.ts'
import type { Worker } from './worker.ts'

const LIMIT_MS = 10_000

/** What a baseline saw of a row: when, and how many bytes, as key and value. */
export interface Sight {
  id: string
  at: number
  bytes: number
}

/** Waits until a baseline sees a row. */
export type Seen = (id: string) => Promise<Sight>

/** Listens to a baseline that tells of each row. */
export function watch(baseline: Worker): Seen {
  const waiting = new Map<string, (sight: Sight) => void>()
  baseline.onTold((told) => {
    const sight = told as Sight
    waiting.get(sight.id)?.(sight)
    waiting.delete(sight.id)
  })
  return (id) => within(LIMIT_MS, 'the baseline', new Promise((resolve) => waiting.set(id, resolve)))
}
