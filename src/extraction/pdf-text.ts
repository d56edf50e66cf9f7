import type { getResolvedPDFJS } from 'unpdf'
import { type ReadingLimits, UnreadableContent } from './extraction.ts'
import { createTextSink } from './text-sink.ts'

/**
 * The text of a PDF (unpdf, a build of PDF.js), page by page. Stops at the limits of size and time and returns what
 * it has. A broken page is left out.
 * @throws UnreadableContent when the file cannot be opened, or no page can be read
 */
export async function pdfText(
  bytes: Uint8Array,
  { maxOutputChars, softTimeoutMs }: ReadingLimits,
): Promise<{ text: string; truncated: boolean }> {
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
  const sink = createTextSink(maxOutputChars * 2)
  let broken = 0
  let page = 0
  while (page < pdf.numPages && !sink.full && performance.now() < stopAt) {
    page++
    await pushPage(pdf, page, sink.push).catch(() => broken++)
  }
  if (page > 0 && broken === page) throw new UnreadableContent('malformed PDF: no page can be read')
  return { text: sink.text(), truncated: page < pdf.numPages || sink.full }
}

type PdfJs = Awaited<ReturnType<typeof getResolvedPDFJS>>
type Pdf = Awaited<ReturnType<PdfJs['getDocument']>['promise']>

async function pushPage(pdf: Pdf, pageNumber: number, push: (piece: string) => void): Promise<void> {
  const page = await pdf.getPage(pageNumber)
  const { items } = await page.getTextContent()
  for (const item of items) if ('str' in item) push(item.hasEOL ? `${item.str}\n` : item.str)
  push('\n\n')
  page.cleanup()
}

function reasonFor(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return name === 'PasswordException' ? 'encrypted: the PDF needs a password' : `malformed PDF: ${message}`
}
