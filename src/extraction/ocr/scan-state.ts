import type { TextPart } from '../../domain/text-part.ts'
import type { Extraction, Scan } from '../extraction.ts'
import { countImagePages } from './scan-image.ts'

const NOTHING_FOUND = 'OCR found no text in its images'

/** What is known of an image before OCR. */
export function scanOfImage(bytes: Uint8Array): Extraction {
  const pages = countImagePages(bytes)
  if (pages === 0) return { outcome: 'failed', reason: 'malformed image' }
  const unread = Array.from({ length: pages }, (_, index) => index + 1)
  return { outcome: 'empty', reason: NOTHING_FOUND, pages, scan: { unread } }
}

/** Whether OCR still has pages to read. */
export const isUnfinished = ({ scan }: Extraction): boolean => scan !== undefined && countUnread(scan) > 0

export const countUnread = ({ unread, inside = [] }: Scan): number => unread.length + inside.length

/** @param limit the name of the setting, or what it limits */
export const notRead = (limit: string, pages: number): string =>
  `${limit}: ${pages === 1 ? '1 page or image was' : `${pages} pages or images were`} not read`

/** The scan with at most `maxPages` pages, before the first of them is read. */
export function beginScan(extraction: Extraction, maxPages: number): Scan {
  const scan = extraction.scan ?? { unread: [] }
  if (scan.spentMs !== undefined) return scan
  const { unread, inside = [], insideBeyond = 0 } = scan
  const over = Math.max(0, countUnread(scan) - maxPages) + insideBeyond
  const readInside = inside.slice(0, Math.max(0, maxPages - unread.length))
  const problems = [
    // It was cut before it had a text.
    extraction.outcome === 'failed' && extraction.reason,
    over > 0 && notRead('limits.ocrPages', over),
  ].filter((problem) => problem !== false)
  return {
    unread: unread.slice(0, maxPages),
    ...(readInside.length > 0 && { inside: readInside, insidePages: readInside.length }),
    spentMs: 0,
    ...(problems.length > 0 && { problem: problems.join('; ') }),
  }
}

/** What OCR has read: of pages, and of files within the file, whose page is that of the document which shows them. */
export interface ReadParts {
  own: TextPart[]
  inside: TextPart[]
}

/** The extraction with the texts of further pages. */
export function withPages(extraction: Extraction, read: ReadParts, scan: Scan): Extraction {
  const { title, pages } = extraction
  const about = { ...(title !== undefined && { title }), ...(pages !== undefined && { pages }), scan }
  const before = extraction.outcome === 'text' ? extraction : undefined
  const parts = mergeParts(before?.parts ?? [], read)
  const { problem } = scan
  if (parts.length > 0) {
    const cut = before?.cut === true || problem !== undefined
    return { outcome: 'text', parts, cut, ...(problem !== undefined && { reason: problem }), ...about }
  }
  if (problem !== undefined) return { outcome: 'failed', reason: problem, ...about }
  return { outcome: 'empty', reason: NOTHING_FOUND, ...about }
}

/**
 * In the order of the pages, with one part for each: what a page shows is before the rest of its text, and what an image on it
 * shows is behind. Parts on no page are last, in the order in which they were read.
 */
function mergeParts(parts: readonly TextPart[], { own, inside }: ReadParts): TextPart[] {
  const merged = [...parts]
  const add = (part: TextPart, join: (other: TextPart) => TextPart): void => {
    const at = part.page === undefined ? -1 : merged.findIndex(({ page }) => page === part.page)
    if (at === -1) merged.push(part)
    else merged[at] = join(merged[at]!)
  }
  for (const part of own) add(part, (other) => joinParts(part, other))
  for (const part of inside) add(part, (other) => joinParts(other, part))
  const placeOf = ({ page = Infinity }: TextPart): number => page
  return merged.sort((one, other) => {
    const [first, second] = [placeOf(one), placeOf(other)]
    return first === second ? 0 : first - second
  })
}

function joinParts(first: TextPart, second: TextPart): TextPart {
  const otherForms = [first.otherForms, second.otherForms].filter((forms) => forms !== undefined).join(' ')
  const text = `${first.text}\n\n${second.text}`
  return { ...first, text, ...(otherForms !== '' && { otherForms }) }
}
