import { join, posix } from 'node:path'
import type { TextPart } from '../../domain/text-part.ts'
import { DomainError } from '../../domain/errors.ts'
import { buildRoot } from '../../runtime/package-root.ts'
import type { Extraction, PageInside, Scan } from '../extraction.ts'
import { createExtractionProcess, type ExtractionProcess } from '../extraction-process.ts'
import { MAX_OUTPUT_CHARS } from '../extract-at-once.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import type { LanguageData } from './language-data.ts'
import { beginScan, notRead, type ReadParts, withPages } from './scan-state.ts'
import type { PageInput } from './read-page.ts'

/** Reads the text of pages that show it as an image, in a process of its own. */
export interface Ocr {
  /**
   * Reads the next pages of a scan, for about the time of a turn and at least one, so that a long scan holds nobody up: the
   * caller asks again until none is unread. A page that cannot be read costs only itself. Rejects after stop().
   */
  readOn(bytes: Uint8Array, extraction: Extraction): Promise<Extraction>
  stop(): void
}

export interface OcrLimits {
  /** of one document */
  maxPages: number
  /** of all its pages together */
  maxTimeMs: number
  /** of one page, starting the process included */
  pageTimeMs: number
  /** a turn ends with the page that is read then */
  turnMs: number
  turnPages: number
  /** as of an extraction process: an OCR process may hold twice that */
  maxMemoryMb: number
  /** UTF-16 code units of the text of a document */
  maxOutputChars: number
  /** OCR processes at the same time */
  concurrency: number
}

/** More than a page needs: the process is ended then. */
const DEFAULT_LIMITS: OcrLimits = {
  maxPages: 300,
  maxTimeMs: 1_800_000,
  pageTimeMs: 60_000,
  turnMs: 10_000,
  turnPages: 10,
  maxMemoryMb: 256,
  maxOutputChars: MAX_OUTPUT_CHARS,
  concurrency: 2,
}

export interface OcrOptions {
  /** the most frequent first */
  languages: readonly LanguageData[]
  limits?: Partial<OcrLimits>
  /** a page was read, or not */
  onPage?: (outcome: Extraction['outcome']) => void
}

export function createOcr({ languages, limits: given, onPage = () => undefined }: OcrOptions): Ocr {
  const limits = { ...DEFAULT_LIMITS, ...given }
  const turns = createSemaphore(limits.concurrency)
  const running = new Set<ExtractionProcess<PageInput>>()
  let isStopped = false

  /** The text of one page. */
  async function readPage(process: ExtractionProcess<PageInput>, input: PageInput, maxOutputChars: number) {
    throwIfStopped()
    const extraction = await process.run(input, { maxOutputChars, softTimeoutMs: limits.pageTimeMs })
    // What it was killed for is no fault of the page.
    throwIfStopped()
    onPage(extraction.outcome)
    return extraction
  }

  async function takeTurn(bytes: Uint8Array, extraction: Extraction): Promise<Extraction> {
    const { pageTimeMs: timeoutMs, turnMs, turnPages, maxTimeMs, maxMemoryMb, maxPages } = limits
    const begun = performance.now()
    const before = beginScan(extraction, maxPages)
    const unread: UnreadPage[] = [...before.unread.map((page) => ({ page })), ...(before.inside ?? [])]
    const parts: ReadParts = { own: [], inside: [] }
    let { problem } = before
    let left = limits.maxOutputChars - charsOf(extraction)
    const file = join(buildRoot(), 'extraction/ocr/ocr.worker.js')
    // A process for each turn: what recognition leaves behind grows with the pages.
    const process = createExtractionProcess<PageInput>({ file, timeoutMs, maxMemoryMb, idleMs: 1_000 })
    running.add(process)
    try {
      for (let read = 0; unread.length > 0 && read < turnPages; read++) {
        const next = unread[0]!
        const { page, path } = next
        const spent = (before.spentMs ?? 0) + performance.now() - begun
        const limit = left <= 0 ? 'the limit of text' : spent > maxTimeMs ? 'limits.ocrTime' : undefined
        if (limit !== undefined) {
          problem ??= notRead(limit, unread.length)
          unread.length = 0
          break
        }
        const result = await readPage(process, { bytes, path, page, languages }, left)
        unread.shift()
        if (result.outcome === 'failed') problem ??= `${nameOf(next)} was not read: ${result.reason}`
        else if (result.outcome === 'text') {
          if (next.path === undefined) parts.own.push(...result.parts)
          else parts.inside.push(...result.parts.map((part) => partInside(next, part)))
          left -= charsOf(result)
        }
        if (performance.now() - begun > turnMs) break
      }
    } finally {
      running.delete(process)
      process.stop()
    }
    const spentMs = Math.round((before.spentMs ?? 0) + performance.now() - begun)
    const about = { spentMs, ...(problem !== undefined && { problem }) }
    return withPages(extraction, parts, { ...before, ...about, ...splitPages(unread) })
  }

  function throwIfStopped(): void {
    if (isStopped) throw new DomainError('unavailable', 'OCR has stopped')
  }

  return {
    readOn: (bytes, extraction) => turns.run(() => takeTurn(bytes, extraction)),
    stop() {
      isStopped = true
      for (const process of running) process.stop()
    },
  }
}

/** Of the file itself, or of one in it. */
type UnreadPage = { page: number; path?: never } | PageInside

function nameOf(unread: UnreadPage): string {
  if (unread.path === undefined) return `page ${unread.page}`
  const { name, page, path } = unread
  const last = path.at(-1)!
  const what = 'image' in last ? `image ${posix.basename(last.image)}` : `page ${page}`
  return name === '' ? what : `${what} of ${name}`
}

const splitPages = (pages: readonly UnreadPage[]): Required<Pick<Scan, 'unread' | 'inside'>> => ({
  unread: pages.flatMap(({ page, path }) => (path === undefined ? [page] : [])),
  inside: pages.filter((page) => page.path !== undefined),
})

/** Its page is that of the document which shows it, if any. */
const partInside = ({ name, onPage }: PageInside, { page: _, text, ...part }: TextPart): TextPart => ({
  ...(onPage !== undefined && { page: onPage }),
  ...part,
  text: name === '' ? text : `${name}\n\n${text}`,
})

const charsOf = (extraction: Extraction): number =>
  extraction.outcome === 'text' ? extraction.parts.reduce((sum, { text }) => sum + text.length, 0) : 0
