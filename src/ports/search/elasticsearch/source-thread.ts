import { DomainError } from '../../../domain/errors.ts'
import { TimeoutError } from '../../../runtime/within.ts'
import type { WholeDocument } from '../engine.ts'
import type { SearchDocument } from '../port.ts'
import { startThread, type Thread } from '../thread.ts'
import type { Source } from './source.ts'

/** A document as Elasticsearch indexes it. */
export interface MadeSource {
  /** in UTF-8, without line feeds */
  json: Uint8Array<ArrayBuffer>
  languages: readonly string[]
}

export interface SourceMethods {
  whole(document: WholeDocument): Promise<MadeSource>
  /** @param stored what the index has of an older version */
  withStoredText(document: SearchDocument, stored: Source): Promise<MadeSource>
}

export interface SourceThread extends SourceMethods {
  stop(): Promise<void>
}

/** Milliseconds for all that waits before a document, and for itself: 3 MB of text take about a second. */
const TIMEOUT_MS = 120_000

/**
 * Makes sources in a thread of its own: the analysis of a long text takes so long that health checks and other consumers
 * would wait. It is started with the first document, and again when it has ended or does not answer in time.
 */
export function createSourceThread(timeoutMs = TIMEOUT_MS): SourceThread {
  let current: Promise<Thread<'ready'>> | undefined
  let stopped = false

  function forget(thread: Promise<Thread<'ready'>>): void {
    if (current === thread) current = undefined
  }

  async function running(): Promise<{ thread: Thread<'ready'>; starting: Promise<Thread<'ready'>> }> {
    if (stopped) throw new DomainError('unavailable', 'the search index has stopped')
    const starting = (current ??= startThread<'ready'>('elasticsearch/source.worker.js'))
    const thread = await starting.catch((error: unknown) => {
      forget(starting)
      if (error instanceof DomainError) throw error
      throw new DomainError('unavailable', 'the analysis of documents could not be started', { cause: error })
    })
    if (!thread.ended) return { thread, starting }
    forget(starting)
    return running()
  }

  async function call(method: keyof SourceMethods, args: unknown[]): Promise<MadeSource> {
    const { thread, starting } = await running()
    return thread.call<MadeSource>(method, args, timeoutMs).catch((error: unknown) => {
      if (!(error instanceof TimeoutError)) throw error
      forget(starting)
      void thread.stop()
      throw new DomainError('unavailable', 'the analysis of a document took too long', { cause: error })
    })
  }

  return {
    whole: (document) => call('whole', [document]),
    withStoredText: (document, stored) => call('withStoredText', [document, stored]),
    async stop() {
      stopped = true
      await current?.then((thread) => thread.stop()).catch(() => {})
    },
  }
}
