import type { Pool } from 'pg'
import { nameOf } from '../domain/request.ts'
import type { Refusals, Refused, Tried } from '../domain/refusals.ts'
import type { Logger } from '../runtime/logger.ts'
import { type Actor, actingAs, actorOf } from './acting.ts'
import { queryRows } from './query.ts'

/** One entry for a document, an actor and an action in this time; record_refusal looks at it, too, for all processes. */
const WINDOW_MS = 60_000
/** The most that are remembered in the window, and that wait to be written: beyond it refusals are left out. */
const MAX_KNOWN = 10_000
const MAX_WAITING = 500
const STOP_MS = 2_000

const RECORD = `SELECT history.record_refusal($1, $2) FROM ${actingAs(3)}`
const RECORD_OF_SIGNATURE = `
  SELECT history.record_refusal(s.document_id, $2) FROM ${actingAs(3)}, signatures.signatures s WHERE s.id = $1`

interface Entry {
  refused: Refused
  tried: Tried
  actor: Actor
}

/**
 * Writes each refusal in a transaction of its own, one after the other and behind the answers, so that a flood of them takes
 * one connection at most and holds nobody up.
 */
export function createRefusals({ pool, log }: { pool: Pool; log: Logger }): Refusals {
  /** by key: when its window ends; the oldest first */
  const known = new Map<string, number>()
  const waiting: Entry[] = []
  let writing: Promise<void> | undefined
  let writesUntil = Infinity
  let leftOut = 0
  let saidAt = -Infinity

  function isNew(key: string, now: number): boolean {
    for (const [old, end] of known) {
      if (end > now) break
      known.delete(old)
    }
    if (known.has(key)) return false
    if (known.size < MAX_KNOWN && waiting.length < MAX_WAITING) {
      known.set(key, now + WINDOW_MS)
      return true
    }
    leftOut++
    return false
  }

  async function write(): Promise<void> {
    for (let next = waiting.shift(); next && performance.now() < writesUntil; next = waiting.shift()) {
      const { refused, tried, actor } = next
      const [text, id] =
        'document' in refused ? [RECORD, refused.document] : [RECORD_OF_SIGNATURE, refused.signature]
      try {
        await queryRows(pool, text, [id, tried, actor])
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
    record(refused, tried, context) {
      const { principal, clientAddress } = context
      const who = principal.kind === 'anonymous' ? clientAddress : nameOf(principal)
      if (!isNew(`${Object.values(refused).join()} ${tried} ${who}`, performance.now())) return
      waiting.push({ refused, tried, actor: actorOf(context) })
      writing ??= write().finally(() => (writing = undefined))
    },
    async stop() {
      writesUntil = performance.now() + STOP_MS
      await writing
    },
  }
}
