import type { Extraction, ExtractionInput, PageInside } from '../extraction.ts'
import type { BinaryFormat } from '../text-format.ts'
import { imageFormatOf, imagePage } from './scan-image.ts'
import { scanOfImage } from './scan-state.ts'

/** Of all files in a file together; OCR has a limit of its own. */
const MAX_PAGES = 1_000
/** Smaller images of a mail are logos and the like; A4 with 75 dots an inch has five times as many. */
export const MIN_PIXELS = 100_000

/** Collects the pages without text of the files in a file of this format. */
export function createInsidePages(format: BinaryFormat) {
  const pages: PageInside[] = []
  let files = 0
  let isCut = false
  return {
    pages,
    /** Some were left out. */
    isCut: () => isCut,
    /** Begins with the next file, before a reader takes its bytes, whichever of the files ends first. */
    next({ title: name = '', bytes }: ExtractionInput) {
      const step = { format, index: files++ }
      const image = isReadableImage(bytes) ? scanOfImage(bytes) : undefined
      return (extraction: Extraction): void => {
        const { unread, inside = [], insideBeyond = 0 } = (image ?? extraction).scan ?? { unread: [] }
        pages.push(
          ...unread.map((page) => ({ path: [step], name, page })),
          // Its page is none of the outer file.
          ...inside.map(({ onPage: _, ...page }) => ({
            ...page,
            name: page.name === '' ? name : page.name,
            path: [step, ...page.path],
          })),
        )
        isCut ||= pages.length > MAX_PAGES || insideBeyond > 0
        pages.splice(MAX_PAGES)
      }
    },
  }
}

/**
 * Whether an image in a document may show text, by its first bytes: PNG, JPEG or TIFF that is not known to be small. What cannot
 * be seen here, OCR finds. @param start may be empty @param name of its part
 */
export function mayShowText(start: Uint8Array, name: string): boolean {
  if (start.length === 0) return /\.(?:png|jpe?g|tiff?)$/i.test(name)
  const format = imageFormatOf(start)
  if (format === undefined || format === 'tiff') return format === 'tiff'
  try {
    const { width, height } = imagePage(start, 1)
    return width * height >= MIN_PIXELS
  } catch {
    return true
  }
}

function isReadableImage(bytes: Uint8Array): boolean {
  if (imageFormatOf(bytes) === undefined) return false
  try {
    const { width, height } = imagePage(bytes, 1)
    return width * height >= MIN_PIXELS
  } catch {
    return false
  }
}
