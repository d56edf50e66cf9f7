/** What is used of a text item of PDF.js (TextItem). */
export interface PdfTextItem {
  str: string
  /** `ttb` for text that is written downwards */
  dir: string
  /** the matrix [a, b, c, d, e, f] of the text: its direction (a, b), and the place of its beginning (e, f) */
  transform: number[]
  /** along the direction of the text */
  width: number
  height: number
  /** PDF.js found that a line ends here. */
  hasEOL: boolean
}

/** Fractions of the height of the letters. */
const LINE_SHIFT = 0.4
const WORD_GAP = 0.15
const BACK_GAP = 0.5

/**
 * Joins the items of a page. PDF.js separates words within a run of text and the lines of a paragraph; between runs, as of
 * header, body and cells, only their places tell where a word ends.
 */
export function joinItems(items: readonly PdfTextItem[]): string {
  const pieces: string[] = []
  let previous: PdfTextItem | undefined
  for (const item of items) {
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

function isOtherLine(previous: PdfTextItem, item: PdfTextItem): boolean {
  if (previous.dir === 'ttb' || item.dir === 'ttb') return false
  const [, y] = offset(previous, item)
  return Math.abs(y) > heightOf(previous, item) * LINE_SHIFT
}

/** From the beginning of one item to that of the other: along the line of the first, and across it. */
function offset(
  { transform: [a = 1, b = 0, , , e = 0, f = 0] }: PdfTextItem,
  item: PdfTextItem,
): [number, number] {
  const [, , , , x = 0, y = 0] = item.transform
  const length = Math.hypot(a, b) || 1
  return [((x - e) * a + (y - f) * b) / length, ((y - f) * a - (x - e) * b) / length]
}

function heightOf(...items: [PdfTextItem, PdfTextItem]): number {
  return (
    Math.max(...items.map(({ height, transform: [, , c = 0, d = 0] }) => height || Math.hypot(c, d))) || 1
  )
}
