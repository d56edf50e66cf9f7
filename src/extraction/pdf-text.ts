import type { getResolvedPDFJS } from 'unpdf'
import { type RawText, type ReadingLimits, type TextPart, UnreadableContent } from './extraction.ts'

/**
 * The text of a PDF (unpdf, a build of PDF.js), page by page. Stops at the limits of size and time and returns what
 * it has. A broken page is left out.
 * @throws UnreadableContent when the file cannot be opened, or no page can be read
 */
export async function pdfText(
  bytes: Uint8Array,
  { maxOutputChars, softTimeoutMs }: ReadingLimits,
): Promise<RawText> {
  const stopAt = performance.now() + softTimeoutMs
  const unpdf = await import('unpdf')
  const { getDocument } = await unpdf.getResolvedPDFJS()
  const opening = getDocument({
    // PDF.js refuses a Buffer.
    data: new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength),
    verbosity: 0,
    useSystemFonts: false,
    disableFontFace: true,
    enableXfa: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
  })
  const pdf = await opening.promise.catch((error: unknown) => {
    throw new UnreadableContent(reasonFor(error))
  })
  const parts: TextPart[] = []
  let left = maxOutputChars * 2
  let broken = 0
  let page = 0
  while (page < pdf.numPages && left > 0 && performance.now() < stopAt) {
    page++
    const text = await pageText(pdf, page).catch(() => void broken++)
    if (text === undefined) continue
    parts.push({ page, text })
    left -= text.length
  }
  if (page > 0 && broken === page) throw new UnreadableContent('malformed PDF: no page can be read')
  return {
    parts,
    pages: pdf.numPages,
    cut: page < pdf.numPages,
    title: await titleOf(pdf),
    emptyReason: 'a PDF of images only',
  }
}

type PdfJs = Awaited<ReturnType<typeof getResolvedPDFJS>>
type Pdf = Awaited<ReturnType<PdfJs['getDocument']>['promise']>

async function pageText(pdf: Pdf, pageNumber: number): Promise<string> {
  const page = await pdf.getPage(pageNumber)
  const { items } = await page.getTextContent()
  page.cleanup()
  return items.map((item) => ('str' in item ? (item.hasEOL ? `${item.str}\n` : item.str) : '')).join('')
}

async function titleOf(pdf: Pdf): Promise<string> {
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }))
  return 'Title' in info && typeof info.Title === 'string' ? info.Title : ''
}

function reasonFor(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return name === 'PasswordException' ? 'encrypted: the PDF needs a password' : `malformed PDF: ${message}`
}
