import { setTimeout as delay } from 'node:timers/promises'
import { type Api } from '../client/api.ts'
import { feedLag } from '../client/feed-lag.ts'
import { EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'
import { countOf } from './format-number.ts'

/** Without any progress for so long, the index cannot be written: a batch of texts needs less. */
const STALL_MS = 20_000

/**
 * Waits until the texts of new documents are read and the search index has the last changes, before a service that was
 * started for one command is stopped: without it, a search right after the command could miss them until the next start. It
 * waits as long as the service gets on with them, page by page of a scan.
 * @param options.texts false: the command has waited for its own, and those of earlier documents may take hours
 * @returns the exit code
 */
export async function waitForIndex(api: Api, io: Io, { texts = true } = {}): Promise<number> {
  let least = Infinity
  let mostPages = 0
  let progressAt = performance.now()
  let timesDone = 0
  while (!io.signal.aborted) {
    const { bytes, events, deadLetters, ...read } = feedLag(await api.metrics())
    const lag = bytes ?? events
    const pendingTexts = texts ? (read.pendingTexts ?? 0) : 0
    const ocrPages = texts ? (read.ocrPages ?? 0) : 0
    // A service that does not read the feed publishes none of them; a lag that is not known yet is not 0.
    if (deadLetters === undefined) return EXIT.done
    // A text that was read between the two numbers is a change that the lag does not have yet.
    timesDone = lag === 0 && pendingTexts === 0 ? timesDone + 1 : 0
    if (timesDone === 2) return EXIT.done
    const left = lag === undefined ? undefined : lag + pendingTexts
    if (left !== undefined && (left < least || ocrPages > mostPages)) {
      least = Math.min(left, least)
      mostPages = ocrPages
      progressAt = performance.now()
    }
    if (performance.now() - progressAt > STALL_MS)
      return lag === 0 ? stillReading(pendingTexts, io) : stalled(io)
    await delay(timesDone === 1 ? 10 : 100, undefined, { signal: io.signal }).catch(() => {})
  }
  return io.interruptionCode()
}

/** The documents are stored, and can be found by their titles. */
function stillReading(texts: number, io: Io): number {
  const { yellow } = io.errorColors
  io.note(
    `${yellow('still being read:')} the texts of ${countOf(texts, 'document')}; the next start reads on`,
  )
  return EXIT.done
}

function stalled(io: Io): number {
  const { yellow } = io.errorColors
  const why = `the index has taken nothing for ${STALL_MS / 1_000} s: \`docmgr doctor\` tests the server of search.url`
  io.note(`${yellow('not indexed yet:')} ${why}; the next start indexes the rest`)
  return EXIT.attention
}
