import type { Refusal, Refusals } from '../domain/refusals.ts'
import { nameOf } from '../domain/request.ts'
import type { Logger } from './logger.ts'

/** One entry for a document, an actor and an action in this time; record_refusal looks at it, too, for all processes. */
const WINDOW_MS = 60_000
/** The most that are remembered in the window, and that wait to be written: beyond it refusals are left out. */
const MAX_KNOWN = 10_000
const MAX_WAITING = 500
/** Of both, what callers without an identity can take: who has many addresses displaces nobody who is known. */
const ANONYMOUS_SHARE = 0.6
const STOP_MS = 2_000

/**
 * Writes each refusal on its own, one after the other and behind the answers, so that a flood of them takes one connection
 * at most and holds nobody up.
 */
export function createRefusalQueue(write: (refusal: Refusal) => Promise<void>, log: Logger): Refusals {
  const known = createWindow()
  const waiting: Refusal[] = []
  let writing: Promise<void> | undefined
  let writesUntil = Infinity
  let leftOut = 0
  let saidAt = -Infinity

  async function writeAll(): Promise<void> {
    for (let next = waiting.shift(); next && performance.now() < writesUntil; next = waiting.shift()) {
      try {
        await write(next)
      } catch (err) {
        leftOut++
        log.debug({ err }, 'a refused attempt could not be recorded')
      }
    }
    const now = performance.now()
    if (leftOut === 0 || now - saidAt < WINDOW_MS) return
    log.warn({ leftOut }, 'refused attempts are missing in the histories of documents')
    leftOut = 0
    saidAt = now
  }

  return {
    record(refused, tried, { principal, clientAddress, userAgent }) {
      const isAnonymous = principal.kind === 'anonymous'
      const who = isAnonymous ? clientAddress : nameOf(principal)
      const share = isAnonymous ? ANONYMOUS_SHARE : 1
      const isFull = waiting.length >= MAX_WAITING * share
      const found = known.add(
        `${Object.values(refused).join()} ${tried} ${who}`,
        isFull ? 0 : MAX_KNOWN * share,
      )
      if (found === 'full') leftOut++
      if (found !== 'new') return
      waiting.push({ refused, tried, caller: { principal, clientAddress, userAgent } })
      writing ??= writeAll().finally(() => (writing = undefined))
    },
    async stop() {
      writesUntil = performance.now() + STOP_MS
      await writing
    },
  }
}

/** What was seen in the last WINDOW_MS. */
function createWindow() {
  /** by key: when its window ends; the oldest first */
  const ends = new Map<string, number>()
  return {
    /** @param max how many may be known then */
    add(key: string, max: number): 'new' | 'known' | 'full' {
      const now = performance.now()
      for (const [old, end] of ends) {
        if (end > now) break
        ends.delete(old)
      }
      if (ends.has(key)) return 'known'
      if (ends.size >= max) return 'full'
      ends.set(key, now + WINDOW_MS)
      return 'new'
    },
  }
}
