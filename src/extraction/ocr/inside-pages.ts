import type { Extraction, ExtractionInput, PageInside } from '../extraction.ts'
import type { BinaryFormat } from '../text-format.ts'
import { imageFormatOf, imagePage } from './scan-image.ts'
import { scanOfImage } from './scan-state.ts'

/** Of all files in a file together; OCR has a limit of its own. */
const MAX_PAGES = 1_000
/** Smaller images of a mail are logos and the like; A4 with 75 dots an inch has five times as many. */
const MIN_PIXELS = 100_000

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
        const { unread, inside = [] } = (image ?? extraction).scan ?? { unread: [] }
        pages.push(
          ...unread.map((page) => ({ path: [step], name, page })),
          ...inside.map((page) => ({ ...page, path: [step, ...page.path] })),
        )
        isCut ||= pages.length > MAX_PAGES
        pages.splice(MAX_PAGES)
      }
    },
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
