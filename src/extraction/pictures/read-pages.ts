import { UnreadableContent } from '../extraction.ts'
import { type PdfPage, sizeOfImage, sizeOfPage, withPdf } from '../ocr/render-page.ts'
import { countImagePages, imageFormatOf, imagePage } from '../ocr/scan-image.ts'
import { decodeImage } from './decode-image.ts'
import { LISTED_PAGES, type PageInput, type PageOutput, type PageSize, type Scale } from './page-input.ts'
import { pdfOfPng } from './pdf-of-png.ts'
import { encodePng } from './png.ts'

const POINTS_PER_INCH = 72
/** A2 at scale 3 has 18 million. */
const DRAWN_PIXELS = 20e6
/** A2 at 300 dots an inch has 35 million. */
const IMAGE_PIXELS = 50e6
/** The longer side of A4, in points. */
const IMAGE_SIDE = 842

/** A picture of a page, or the sizes of all. Only for a process of its own: hostile bytes may kill it. */
export async function readPages(input: PageInput): Promise<PageOutput> {
  try {
    return await (imageFormatOf(input.bytes) === undefined ? readPdf(input) : readImage(input))
  } catch (error) {
    if (error instanceof UnreadableContent) return { outcome: 'failed', reason: error.message }
    return { outcome: 'failed', reason: `malformed: ${String(error).slice(0, 200)}` }
  }
}

function readPdf(input: PageInput): Promise<PageOutput> {
  return withPdf(input.bytes, async (document) => {
    const total = document.getPageCount()
    if (input.page === undefined) {
      const sizes = Array.from({ length: Math.min(total, LISTED_PAGES) }, (_, index) =>
        sizeOf(sizeOfPage(document.getPage(index)), 1),
      )
      return { outcome: 'sizes', total, sizes }
    }
    if (input.page > total) return { outcome: 'beyond', total }
    const page = document.getPage(input.page - 1)
    return pictureOf(page, sizeOf(sizeOfPage(page), input.scale))
  })
}

async function readImage(input: PageInput): Promise<PageOutput> {
  const total = countImagePages(input.bytes)
  if (input.page === undefined) {
    const sizes = Array.from({ length: Math.min(total, LISTED_PAGES) }, (_, index) =>
      sizeOf(reduced(imagePage(input.bytes, index + 1)), 1),
    )
    return { outcome: 'sizes', total, sizes }
  }
  if (input.page > total) return { outcome: 'beyond', total }
  const { bytes, width, height } = imagePage(input.bytes, input.page)
  if (width * height > IMAGE_PIXELS)
    throw new UnreadableContent(
      `an image of ${width} × ${height} pixels, more than ${IMAGE_PIXELS / 1e6} million`,
    )
  const image = pdfOfPng(await decodeImage(bytes))
  return withPdf(image.pdf, (document) => pictureOf(document.getPage(0), sizeOf(reduced(image), input.scale)))
}

async function pictureOf(page: PdfPage, size: PageSize): Promise<PageOutput> {
  // What people have filled in is shown, too.
  const options = { ...size, scale: 1, render: 'bitmap', renderFormFields: true } as const
  const { data: pixels } = await page.render(options)
  return { outcome: 'picture', png: encodePng({ ...size, pixels }) }
}

const sizeOf = (points: PageSize, scale: Scale): PageSize =>
  sizeOfImage(points, { dotsPerInch: scale * POINTS_PER_INCH, maxPixels: DRAWN_PIXELS })

/** An image as large as a page of A4 at most; a smaller one stays as it is. */
function reduced({ width, height }: PageSize): PageSize {
  if (!(width > 0 && height > 0)) throw new UnreadableContent('malformed image')
  const factor = Math.min(1, IMAGE_SIDE / Math.max(width, height))
  return { width: width * factor, height: height * factor }
}
