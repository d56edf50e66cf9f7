import { type Logger } from '../runtime/logger.ts'
import { builtFile } from './built-file.ts'
import { charsetOf } from './decode-text.ts'
import { type Extraction, type ExtractionInput } from './extraction.ts'
import { createExtractionProcess, type ExtractionProcess } from './extraction-process.ts'
import { isTextualFormat, readTextualFormat } from './read-textual-format.ts'
import { textFormatOf } from './text-format.ts'

export type { Extraction, ExtractionInput } from './extraction.ts'

/** Finds the text of contents, in other processes where bytes can do harm. */
export interface Extractor {
  /**
   * Never throws for what is in the bytes: a hostile or broken file costs only itself. Rejects only after
   * stop().
   */
  extract(input: ExtractionInput): Promise<Extraction>
  /** Gives up what is under way and what waits. */
  stop(): Promise<void>
}

export interface ExtractorLimits {
  /** For one content, not counting the wait for its turn. */
  timeoutMs: number
  /** Of the JavaScript heap of an extraction process; with buffers it may hold twice that. */
  maxMemoryMb: number
  /** UTF-16 code units; the rest is cut off and the text marked as truncated. */
  maxOutputChars: number
  /** Larger contents are not looked at. */
  maxInputBytes: number
  /** Extraction processes at the same time. */
  concurrency: number
  /** Contents waiting for one of them; the next is answered with `failed`, `queue full`. */
  maxQueue: number
  /** An extraction process without work ends after this long. */
  idleMs: number
}

export const defaultExtractorLimits: ExtractorLimits = {
  timeoutMs: 10_000,
  maxMemoryMb: 256,
  maxOutputChars: 1_000_000,
  maxInputBytes: 32 * 1024 * 1024,
  concurrency: 1,
  maxQueue: 100,
  idleMs: 30_000,
}

/** Text of up to this size is read at once: milliseconds, even for hostile text. */
const maxInlineBytes = 32 * 1024

export interface ExtractorOptions {
  log: Logger
  limits?: Partial<ExtractorLimits>
  /** The entry that extraction processes run. */
  processFile?: string
}

export function createExtractor({ log, limits: given, processFile }: ExtractorOptions): Extractor {
  const limits = { ...defaultExtractorLimits, ...given }
  const idle: ExtractionProcess[] = []
  const all: ExtractionProcess[] = []
  const waiting: ((process: ExtractionProcess) => void)[] = []
  let stopped = false

  function createProcess(): ExtractionProcess {
    const file = processFile ?? builtFile('extraction/extract.worker.js')
    const created = createExtractionProcess({ ...limits, file })
    all.push(created)
    return created
  }

  /** Undefined when too many wait already. */
  async function acquire(): Promise<ExtractionProcess | undefined> {
    const free = idle.pop() ?? (all.length < limits.concurrency ? createProcess() : undefined)
    if (free !== undefined) return free
    if (waiting.length >= limits.maxQueue) return undefined
    return new Promise((resolve) => waiting.push(resolve))
  }

  function release(process: ExtractionProcess): void {
    const next = waiting.shift()
    if (next === undefined) idle.push(process)
    else next(process)
  }

  async function extractApart(input: ExtractionInput): Promise<Extraction> {
    const process = await acquire()
    if (process === undefined) return { outcome: 'failed', reason: 'queue full' }
    try {
      throwIfStopped()
      const { maxOutputChars, timeoutMs } = limits
      return await process.run(input, { maxOutputChars, softTimeoutMs: timeoutMs * 0.7 })
    } finally {
      release(process)
    }
  }

  function throwIfStopped(): void {
    if (stopped) throw new Error('the extractor has stopped')
  }

  async function extract(input: ExtractionInput): Promise<Extraction> {
    throwIfStopped()
    const { contentType, bytes } = input
    const format = textFormatOf(contentType)
    if (bytes.length === 0) return { outcome: 'no-text', reason: 'empty' }
    if (format === 'opaque') return { outcome: 'no-text', reason: 'not a format with text' }
    if (bytes.length > limits.maxInputBytes) {
      return { outcome: 'failed', reason: `larger than ${limits.maxInputBytes} bytes` }
    }
    if (isTextualFormat(format) && bytes.length <= maxInlineBytes) {
      return readTextualFormat(format, bytes, charsetOf(contentType), limits)
    }
    const extraction = await extractApart(input)
    throwIfStopped()
    if (extraction.outcome === 'failed') {
      log.debug({ contentType, bytes: bytes.length, reason: extraction.reason }, 'no text could be extracted')
    }
    return extraction
  }

  return {
    extract,
    stop() {
      stopped = true
      for (const process of all) process.stop()
      return Promise.resolve()
    },
  }
}
