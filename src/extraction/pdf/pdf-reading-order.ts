import { isOtherLine, offset, type PdfTextItem } from './pdf-items.ts'

const LETTER = /\p{L}/u
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u

const isRightToLeft = ({ dir }: PdfTextItem): boolean => dir === 'rtl'
/** Blanks and punctuation have no direction. */
const isLeftToRight = ({ dir, str }: PdfTextItem): boolean => dir === 'ltr' && LETTER.test(str)

/**
 * PDF.js turns the letters of each run of a script that is written from right to left, but gives runs as they are drawn.
 * Some programs draw a line from its left end: then its runs are turned, too. Those that draw it from the right, each run to
 * the left of the one before, give it in reading order.
 */
export function inReadingOrder(items: readonly PdfTextItem[]): PdfTextItem[] {
  if (!items.some(isRightToLeft)) return [...items]
  return linesOf(items).flatMap((line) => (isDrawnFromLeft(line) ? withEndOfLine(turned(line), line) : line))
}

function linesOf(items: readonly PdfTextItem[]): PdfTextItem[][] {
  const lines: PdfTextItem[][] = []
  let previous: PdfTextItem | undefined
  for (const item of items) {
    if (previous === undefined || previous.hasEOL || isOtherLine(previous, item)) lines.push([])
    lines.at(-1)!.push(item)
    previous = item
  }
  return lines
}

/** Most of the runs from right to left stand to the right of the run before. */
function isDrawnFromLeft(line: readonly PdfTextItem[]): boolean {
  const runs = line.filter(({ str }) => LETTER_OR_DIGIT.test(str))
  let steps = 0
  for (const [place, run] of runs.entries()) {
    const previous = runs[place - 1]
    if (previous === undefined || !(isRightToLeft(run) || isRightToLeft(previous))) continue
    steps += Math.sign(offset(previous, run)[0])
  }
  return steps > 0
}

/**
 * The inverse of what a program does that draws from the left (Unicode Standard Annex 9, L2), by whole runs. The direction
 * of the paragraph is that of most letters. Numbers belong to the words from left to right that they follow.
 */
function turned(line: readonly PdfTextItem[]): PdfTextItem[] {
  const units = (is: (item: PdfTextItem) => boolean): number =>
    line.filter(is).reduce((sum, { str }) => sum + str.length, 0)
  if (units(isRightToLeft) < units(isLeftToRight)) return withTurned(line, isRightToLeft, isRightToLeft)
  const isNumberOrWord = (item: PdfTextItem): boolean =>
    !isRightToLeft(item) && LETTER_OR_DIGIT.test(item.str)
  return withTurned(line, isLeftToRight, isNumberOrWord).reverse()
}

/** Turns each part from an item that begins one to the last that can end it, before one of the other direction. */
function withTurned(
  line: readonly PdfTextItem[],
  begins: (item: PdfTextItem) => boolean,
  ends: (item: PdfTextItem) => boolean,
): PdfTextItem[] {
  const result: PdfTextItem[] = []
  for (let start = 0; start < line.length;) {
    let end = start + 1
    if (begins(line[start]!))
      for (let next = end; next < line.length && !isOther(line[next]!, begins); next++)
        if (ends(line[next]!)) end = next + 1
    result.push(...line.slice(start, end).reverse())
    start = end
  }
  return result
}

/** It has the direction that the part has not. */
const isOther = (item: PdfTextItem, begins: (item: PdfTextItem) => boolean): boolean =>
  (isRightToLeft(item) || isLeftToRight(item)) && !begins(item)

/** The line ends after its last item. */
function withEndOfLine(items: readonly PdfTextItem[], line: readonly PdfTextItem[]): PdfTextItem[] {
  const { hasEOL } = line.at(-1)!
  return items.map((item, place) => ({ ...item, hasEOL: hasEOL && place === items.length - 1 }))
}
