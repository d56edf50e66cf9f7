import type { Logger } from '../../runtime/logger.ts'
import type { ReadDocumentText } from './read-document-text.ts'
import type { QueuedText, TextQueue } from './text-queue.ts'

export interface TextReader {
  /** Starts with every queued document, because a process that died may have claimed it. */
  start(): void
  /** A document was just queued: look now instead of at the next interval. */
  wake(): void
  /** Waits for the texts in flight. */
  stop(): Promise<void>
}

export interface TextReaderOptions {
  queue: Pick<TextQueue, 'claim' | 'makeDue'>
  read: ReadDocumentText
  log: Logger
  /** longer than reading a text may take */
  leaseMs: number
}

/** Texts that are read at the same time: one of each owner, so that a file that takes long holds up its owner's only. */
export const READERS = 2
/** How soon it sees what another process has queued or postponed. */
const INTERVAL_MS = 2_000

/** Reads the texts of queued documents, the owners in turn. */
export function createTextReader({ queue, read, log, leaseMs }: TextReaderOptions): TextReader {
  /** by owner */
  const inFlight = new Map<string, Promise<void>>()
  let last = ''
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let isAskedAgain = false
  let isStopped = true

  async function look(): Promise<void> {
    do {
      isAskedAgain = false
      while (!isStopped && inFlight.size < READERS) {
        const next = await queue.claim(last, [...inFlight.keys()], leaseMs)
        if (next === undefined) break
        last = next.owner
        inFlight.set(next.owner, begin(next))
      }
    } while (isAskedAgain && !isStopped)
  }

  const begin = (next: QueuedText): Promise<void> =>
    read(next)
      .catch((error: unknown) => {
        if (!isStopped) log.warn({ err: error, document: next.document_id }, 'could not record a text')
      })
      .finally(() => {
        inFlight.delete(next.owner)
        wake()
      })

  function wake(): void {
    clearTimeout(timer)
    if (isStopped) return
    isAskedAgain = true
    looking ??= look()
      .catch(logFailure)
      .finally(() => {
        looking = undefined
        // Asked after the last look.
        if (isAskedAgain) wake()
        else if (!isStopped) timer = setTimeout(wake, INTERVAL_MS)
      })
  }

  function logFailure(error: unknown): void {
    isAskedAgain = false
    log.warn({ err: error }, 'could not read the queue of texts')
  }

  return {
    start() {
      isStopped = false
      looking = queue
        .makeDue()
        .catch(logFailure)
        .finally(() => {
          looking = undefined
          wake()
        })
    },
    wake,
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await looking
      await Promise.all(inFlight.values())
    },
  }
}
