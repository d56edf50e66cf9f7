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

/** Fraction of the height of the letters. */
const LINE_SHIFT = 0.4

/** The second item is not on the line of the first. */
export function isOtherLine(previous: PdfTextItem, item: PdfTextItem): boolean {
  if (previous.dir === 'ttb' || item.dir === 'ttb') return false
  const [, y] = offset(previous, item)
  return Math.abs(y) > heightOf(previous, item) * LINE_SHIFT
}

/** From the beginning of one item to that of the other: along the line of the first, and across it. */
export function offset(
  { transform: [a = 1, b = 0, , , e = 0, f = 0] }: PdfTextItem,
  item: PdfTextItem,
): [number, number] {
  const [, , , , x = 0, y = 0] = item.transform
  const length = Math.hypot(a, b) || 1
  return [((x - e) * a + (y - f) * b) / length, ((y - f) * a - (x - e) * b) / length]
}

export function heightOf(...items: [PdfTextItem, PdfTextItem]): number {
  return (
    Math.max(...items.map(({ height, transform: [, , c = 0, d = 0] }) => height || Math.hypot(c, d))) || 1
  )
}
