import { MAX_OUTPUT_CHARS } from '../extract-at-once.ts'
import { type Extraction, type PathInside, type ReadingLimits, UnreadableContent } from '../extraction.ts'
import { finishText } from '../finish-text.ts'
import { fileInside } from '../read-text.ts'
import type { LanguageData } from './language-data.ts'
import { MIN_PIXELS } from './inside-pages.ts'
import { recognise } from './recognise.ts'
import { renderPage } from './render-page.ts'
import { imageFormatOf, imagePage } from './scan-image.ts'

/** A page of a PDF or of an image. */
export interface PageInput {
  bytes: Uint8Array
  /** of the file with the page in the one that `bytes` are of; undefined: that one itself */
  path?: PathInside | undefined
  /** from 1 */
  page: number
  languages: readonly LanguageData[]
}

/** What tesseract was trained for; letters of 10 points are 40 dots high then. */
const DOTS_PER_INCH = 300
/** A3 at 300 dots an inch has 17 million. */
const RENDERED_PIXELS = 20e6
/** A2 at 300 dots an inch has 35 million. */
const IMAGE_PIXELS = 50e6

/** The text of one page. Only for the OCR process: hostile bytes may kill it. */
export async function readPage(
  { bytes: outer, path, page, languages }: PageInput,
  { maxOutputChars, softTimeoutMs }: ReadingLimits,
): Promise<Extraction> {
  try {
    const bytes = path === undefined ? outer : await keptInside(outer, path, softTimeoutMs / 2)
    const isImage = imageFormatOf(bytes) !== undefined
    const isShown = path !== undefined && 'image' in path.at(-1)!
    if (isShown && !isImage) throw new UnreadableContent('no PNG, JPEG or TIFF')
    const image = isImage ? fileOf(bytes, page, isShown ? MIN_PIXELS : 0) : await drawnPage(bytes, page)
    if (image === undefined) return { outcome: 'empty', reason: 'a blank page, or a small image' }
    const text = await recognise(image, { languages, dotsPerInch: isImage ? 0 : DOTS_PER_INCH })
    return finishText({ parts: [{ page, text }], cut: false, isWrapped: true }, maxOutputChars)
  } catch (error) {
    if (error instanceof UnreadableContent) return { outcome: 'failed', reason: error.message }
    return { outcome: 'failed', reason: `malformed: ${String(error).slice(0, 200)}` }
  }
}

/** A process reads one document, and mostly several pages of a file in it, before the next file. */
let kept: { path: string; bytes: Uint8Array } | undefined

async function keptInside(outer: Uint8Array, path: PathInside, softTimeoutMs: number): Promise<Uint8Array> {
  const key = JSON.stringify(path)
  if (kept?.path === key) return kept.bytes
  kept = undefined
  const bytes = await fileInside(outer, path, { maxOutputChars: MAX_OUTPUT_CHARS, softTimeoutMs })
  kept = { path: key, bytes }
  return bytes
}

/** As a PGM; undefined: nothing is drawn on it. */
async function drawnPage(bytes: Uint8Array, page: number): Promise<Uint8Array | undefined> {
  const limits = { dotsPerInch: DOTS_PER_INCH, maxPixels: RENDERED_PIXELS }
  const { width, height, pixels } = await renderPage(bytes, page, limits)
  const first = pixels[0]
  if (pixels.every((pixel) => pixel === first)) return undefined
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels])
}

/** Its size is known before anything is decoded. Undefined: it is smaller than `minPixels`. */
function fileOf(bytes: Uint8Array, page: number, minPixels: number): Uint8Array | undefined {
  const image = imagePage(bytes, page)
  const { width, height } = image
  if (width * height < minPixels) return undefined
  if (width * height > IMAGE_PIXELS)
    throw new UnreadableContent(
      `an image of ${width} × ${height} pixels, more than ${IMAGE_PIXELS / 1e6} million`,
    )
  return image.bytes
}
