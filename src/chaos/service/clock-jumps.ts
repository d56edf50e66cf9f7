import { pause } from '../wait.ts'
import type { Clock } from './clock.ts'
import type { Strike } from './service.ts'

/** Forward and back; within the day that idempotency keys and history are kept. @param next the clock whose turn it is */
export const clockJumps =
  (next: (seed: number) => Clock): Strike =>
  async (random) => {
    const clock = next(random.whole(0, 2 ** 31))
    for (const offset of [random.whole(60, 7_200), random.whole(-7_200, -60)]) {
      clock.set(offset)
      await pause(random.whole(1_500, 3_000))
    }
    clock.set(0)
  }
