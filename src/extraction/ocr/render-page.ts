import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildRoot } from '../../runtime/package-root.ts'
import { UnreadableContent } from '../extraction.ts'

/** An image of a page with one byte a pixel, 0 is black. */
export interface GreyImage {
  width: number
  height: number
  pixels: Uint8Array
}

export interface RenderLimits {
  dotsPerInch: number
  /** A larger page has fewer dots an inch. */
  maxPixels: number
}

const POINTS_PER_INCH = 72
/** Of one side: tesseract has 16 bits for it. */
const MAX_SIDE = 20_000

let loading: ReturnType<typeof loadPdfium> | undefined

/** PDFium (package @hyzyla/pdfium) in WebAssembly: what a hostile page breaks there stays there. */
async function loadPdfium() {
  const { PDFiumLibrary } = await import('@hyzyla/pdfium')
  const { buffer } = new Uint8Array(await readFile(join(buildRoot(), 'extraction/ocr/pdfium.wasm')))
  return PDFiumLibrary.init({ wasmBinary: buffer })
}

/** An open PDF. */
export type PdfDocument = Awaited<ReturnType<Awaited<ReturnType<typeof loadPdfium>>['loadDocument']>>
export type PdfPage = ReturnType<PdfDocument['getPage']>

/** Opens a PDF for as long as `use` takes. @throws UnreadableContent, what `use` throws */
export async function withPdf<T>(
  bytes: Uint8Array,
  use: (document: PdfDocument) => T | Promise<T>,
): Promise<T> {
  const pdfium = await (loading ??= loadPdfium())
  const document = await pdfium.loadDocument(bytes).catch((error: unknown) => {
    throw new UnreadableContent(`malformed PDF: ${(error as Error).message}`)
  })
  try {
    return await use(document)
  } finally {
    document.destroy()
  }
}

/** Of a page, in points. @throws UnreadableContent */
export function sizeOfPage(page: PdfPage): { width: number; height: number } {
  const { originalWidth: width, originalHeight: height } = page.getOriginalSize()
  if (!(width > 0 && height > 0)) throw new UnreadableContent('malformed page')
  return { width, height }
}

/** In pixels, for a page of this size in points. */
export function sizeOfImage(
  { width, height }: { width: number; height: number },
  { dotsPerInch, maxPixels }: RenderLimits,
): { width: number; height: number } {
  const scale = Math.min(
    dotsPerInch / POINTS_PER_INCH,
    Math.sqrt(maxPixels / (width * height)),
    MAX_SIDE / Math.max(width, height),
  )
  return { width: pixelsOf(width * scale), height: pixelsOf(height * scale) }
}

/** Draws a page of a PDF. @param page from 1 @throws UnreadableContent */
export function renderPage(bytes: Uint8Array, page: number, limits: RenderLimits): Promise<GreyImage> {
  return withPdf(bytes, async (document) => {
    const drawn = document.getPage(page - 1)
    const size = sizeOfImage(sizeOfPage(drawn), limits)
    const { data: pixels } = await drawn.render({ ...size, scale: 1, render: 'bitmap', colorSpace: 'Gray' })
    return { ...size, pixels }
  })
}

const pixelsOf = (length: number): number => Math.max(1, Math.floor(length))
