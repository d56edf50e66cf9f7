import { join } from 'node:path'
import type { Logger } from '../runtime/logger.ts'
import { buildRoot } from '../runtime/package-root.ts'
import { createSemaphore } from '../runtime/semaphore.ts'
import { charsetOf } from './encodings/decode-text.ts'
import type { Extraction, ExtractionInput } from './extraction.ts'
import { createExtractionProcess, type ExtractionProcess } from './extraction-process.ts'
import { isPdf } from './magic-type.ts'
import { isTextualFormat, readTextualFormat } from './textual/read-textual-format.ts'
import { knownEncoding } from './encodings/text-encoding.ts'
import { textFormatOf } from './text-format.ts'

export type { Extraction, ExtractionInput } from './extraction.ts'

/** Extracts the text of contents; bytes that could do harm are read in child processes. */
export interface Extractor {
  /** Never rejects because of the bytes: a hostile or broken file only fails itself. Rejects after stop(). */
  extract(input: ExtractionInput): Promise<Extraction>
  /** Rejects the extractions in flight and those that wait. */
  stop(): Promise<void>
  /** contents that wait for an extraction process */
  readonly waiting: number
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
  maxOutputChars: 1_000_000,
  maxInputBytes: 32 * 1024 * 1024,
  concurrency: 1,
  maxQueue: 100,
  idleMs: 30_000,
}

/** Text up to this size is read in this process: it takes milliseconds, even for hostile text. */
const MAX_INLINE_BYTES = 32 * 1024

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
    if (stopped) throw new Error('the extractor has stopped')
  }

  async function extract(input: ExtractionInput): Promise<Extraction> {
    throwIfStopped()
    const { contentType, bytes } = input
    // A PDF that is called a text would be read as its source.
    const format = isPdf(bytes) ? 'pdf' : textFormatOf(contentType)
    if (bytes.length === 0) return { outcome: 'empty', reason: 'empty' }
    if (format === 'opaque') return { outcome: 'empty', reason: 'not a format with text' }
    if (bytes.length > limits.maxInputBytes) {
      return { outcome: 'failed', reason: `larger than ${limits.maxInputBytes} bytes` }
    }
    if (isTextualFormat(format) && bytes.length <= MAX_INLINE_BYTES) {
      const encoding = knownEncoding(bytes, format, charsetOf(contentType))
      if (encoding !== undefined) return readTextualFormat(format, bytes, encoding, limits)
    }
    const extraction = await extractInProcess(input)
    throwIfStopped()
    if (extraction.outcome === 'failed') {
      log.debug({ contentType, bytes: bytes.length, reason: extraction.reason }, 'no text could be extracted')
    }
    return extraction
  }

  return {
    extract,
    get waiting() {
      return workers.waiting
    },
    stop() {
      stopped = true
      for (const process of processes) process.stop()
      return Promise.resolve()
    },
  }
}
