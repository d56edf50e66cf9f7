import { within } from '../../testing/deadline.ts'
import type { Worker } from './worker.ts'

const LIMIT_MS = 10_000

/** What a baseline saw of a row: when, and how many bytes, as key and value. */
export interface Observation {
  id: string
  at: number
  bytes: number
}

/** Waits until a baseline sees a row. */
export type Observe = (id: string) => Promise<Observation>

/** Collects the observations that a baseline reports. */
export function observeBaseline(baseline: Worker): Observe {
  const waiting = new Map<string, (observation: Observation) => void>()
  baseline.onNotification((notification) => {
    const observation = notification as Observation
    waiting.get(observation.id)?.(observation)
    waiting.delete(observation.id)
  })
  return (id) => within(LIMIT_MS, 'the baseline', new Promise((resolve) => waiting.set(id, resolve)))
}
