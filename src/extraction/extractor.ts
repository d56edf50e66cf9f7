import { join } from 'node:path'
import { DomainError } from '../domain/errors.ts'
import type { Logger } from '../runtime/logger.ts'
import { buildRoot } from '../runtime/package-root.ts'
import { createSemaphore } from '../runtime/semaphore.ts'
import type { Extraction, ExtractionInput } from './extraction.ts'
import { createExtractionProcess, type ExtractionProcess } from './extraction-process.ts'
import { extractAtOnce, MAX_INPUT_BYTES, MAX_OUTPUT_CHARS } from './extract-at-once.ts'

export type { Extraction, ExtractionInput } from './extraction.ts'

/** Extracts the text of contents; bytes that could do harm are read in child processes. */
export interface Extractor {
  /** Never rejects because of the bytes: a hostile or broken file only fails itself. Rejects after stop(). */
  extract(input: ExtractionInput): Promise<Extraction>
  /** Rejects the extractions in flight and those that wait. */
  stop(): Promise<void>
}

export interface ExtractorLimits {
  /** For one content, without the time in the queue. */
  timeoutMs: number
  /** Of the JavaScript heap of an extraction process; with buffers it may hold twice that. */
  maxMemoryMb: number
  /** UTF-16 code units; the rest is cut off and the text marked as cut. */
  maxOutputChars: number
  /** Larger contents are not looked at. */
  maxInputBytes: number
  /** Extraction processes at the same time. */
  concurrency: number
  /** Contents that wait for a process; for one more the outcome is `failed`, `queue full`. */
  maxQueue: number
  /** An extraction process without work ends after this long. */
  idleMs: number
}

const DEFAULT_LIMITS: ExtractorLimits = {
  timeoutMs: 10_000,
  maxMemoryMb: 256,
  maxOutputChars: MAX_OUTPUT_CHARS,
  maxInputBytes: MAX_INPUT_BYTES,
  concurrency: 1,
  maxQueue: 100,
  idleMs: 30_000,
}

export interface ExtractorOptions {
  log: Logger
  limits?: Partial<ExtractorLimits>
}

export function createExtractor({ log, limits: given }: ExtractorOptions): Extractor {
  const limits = { ...DEFAULT_LIMITS, ...given }
  const processes: ExtractionProcess[] = []
  const idle: ExtractionProcess[] = []
  const workers = createSemaphore(limits.concurrency)
  let stopped = false

  function createProcess(): ExtractionProcess {
    const file = join(buildRoot(), 'extraction/extract.worker.js')
    const created = createExtractionProcess({ ...limits, file })
    processes.push(created)
    return created
  }

  async function extractInProcess(input: ExtractionInput): Promise<Extraction> {
    if (workers.waiting >= limits.maxQueue) return { outcome: 'failed', reason: 'queue full' }
    return workers.run(async () => {
      throwIfStopped()
      const process = idle.pop() ?? createProcess()
      const { maxOutputChars, timeoutMs } = limits
      try {
        return await process.run(input, { maxOutputChars, softTimeoutMs: timeoutMs * 0.7 })
      } finally {
        idle.push(process)
      }
    })
  }

  function throwIfStopped(): void {
    if (stopped) throw new DomainError('unavailable', 'the extractor has stopped')
  }

  async function extract(input: ExtractionInput): Promise<Extraction> {
    throwIfStopped()
    const { contentType, bytes } = input
    const known = extractAtOnce({ contentType, start: bytes, size: bytes.length }, limits)
    if (known !== undefined) return known
    const extraction = await extractInProcess(input)
    throwIfStopped()
    // The type and the reason can quote a name or a text.
    if (extraction.outcome === 'failed') log.debug({ bytes: bytes.length }, 'no text could be extracted')
    return extraction
  }

  return {
    extract,
    stop() {
      stopped = true
      for (const process of processes) process.stop()
      return Promise.resolve()
    },
  }
}
