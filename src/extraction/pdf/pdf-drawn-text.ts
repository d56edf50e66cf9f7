import type { PdfJs, PdfPage } from './pdf-js.ts'

/** A gap to the next letter in thousandths of the font's size, from which on it is a blank. */
const WORD_GAP = -200

/**
 * The texts that the drawings of some annotations show. PDF.js gives them only as a list of operators of the whole page, so
 * this costs as much as drawing it, without its images.
 * @param ids of the annotations
 */
export async function drawnTexts(page: PdfPage, ids: ReadonlySet<string>, { OPS }: PdfJs): Promise<string> {
  const { fnArray, argsArray } = await page.getOperatorList()
  const pieces: string[] = []
  let isWanted = false
  fnArray.forEach((operator, at) => {
    const args = argsArray[at] as unknown[] | null
    if (operator === OPS.beginAnnotation) isWanted = ids.has(String(args?.[0]))
    else if (operator === OPS.endAnnotation) isWanted = false
    else if (!isWanted) return
    else if (operator === OPS.showText) pieces.push(glyphsText(args?.[0]))
    else if (operator === OPS.moveText || operator === OPS.setTextMatrix || operator === OPS.endText) {
      pieces.push('\n')
    }
  })
  return pieces.join('')
}

function glyphsText(glyphs: unknown): string {
  if (!Array.isArray(glyphs)) return ''
  return glyphs
    .map((glyph: number | { unicode?: string } | null) =>
      typeof glyph === 'number' ? (glyph < WORD_GAP ? ' ' : '') : (glyph?.unicode ?? ''),
    )
    .join('')
}
