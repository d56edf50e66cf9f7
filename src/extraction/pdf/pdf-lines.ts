import { heightOf, isOtherLine, offset, type PdfTextItem } from './pdf-items.ts'
import { inColumns } from './pdf-columns.ts'
import { withoutLetterSpacing } from './pdf-letter-spacing.ts'
import { inReadingOrder } from './pdf-reading-order.ts'

/** Fractions of the height of the letters. */
const WORD_GAP = 0.15
const BACK_GAP = 0.5

/**
 * Joins the items of a page. PDF.js separates words within a run of text and the lines of a paragraph; between runs, as of
 * header, body and cells, only their places tell where a word ends.
 */
export function joinItems(items: readonly PdfTextItem[]): string {
  const pieces: string[] = []
  let previous: PdfTextItem | undefined
  for (const item of inReadingOrder(inColumns(withoutLetterSpacing(items)))) {
    if (previous !== undefined && item.str !== '') pieces.push(separatorOf(previous, item))
    pieces.push(item.hasEOL ? `${item.str}\n` : item.str)
    if (item.hasEOL) previous = undefined
    else if (item.str !== '') previous = item
  }
  return pieces.join('')
}

function separatorOf(previous: PdfTextItem, item: PdfTextItem): '' | ' ' | '\n' {
  if (/\s$/.test(previous.str) || /^\s/.test(item.str)) {
    return isOtherLine(previous, item) ? '\n' : ''
  }
  if (previous.dir === 'ttb' || item.dir === 'ttb') return previous.dir === item.dir ? '' : '\n'
  if (isOtherLine(previous, item)) return '\n'
  const [x] = offset(previous, item)
  const height = heightOf(previous, item)
  const after = x - previous.width
  const before = -x - item.width
  if (after > height * WORD_GAP || before > height * WORD_GAP) return ' '
  // Text from right to left continues before its beginning.
  const isBack = after < -height * BACK_GAP && before < -height * BACK_GAP
  return isBack ? ' ' : ''
}
