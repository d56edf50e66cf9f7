import { setTimeout as delay } from 'node:timers/promises'

/** What waiting in vain ends with: what was waited for, and why it was not there. */
export class ImpatientError extends Error {
  constructor(what: string, seconds: number, problem: string | undefined) {
    super(`waited ${seconds} s in vain for ${what}${problem === undefined ? '' : `: ${problem}`}`)
    this.name = 'ImpatientError'
  }
}

/** The time that one piece of work may take, all its waiting together. */
export interface Patience {
  signal: AbortSignal
  /**
   * Calls `probe` until it gives something.
   * @param probe gives undefined or the reason as a text as long as it is not there yet
   * @throws ImpatientError, or what the probe throws
   */
  until<T extends object>(what: string, probe: () => Promise<T | string | undefined>): Promise<T>
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

export function createPatience(seconds: number, signal: AbortSignal): Patience {
  const end = performance.now() + seconds * 1_000
  return {
    signal,
    async until(what, probe) {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
        const found = await probe()
        if (typeof found === 'object') return found
        if (performance.now() > end) throw new ImpatientError(what, seconds, found)
        await delay(pause, undefined, { signal })
      }
    },
  }
}
