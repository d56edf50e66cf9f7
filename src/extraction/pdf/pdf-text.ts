import type { TextPart } from '../../domain/text-part.ts'
import { type RawText, type ReadInside, type ReadingLimits, UnreadableContent } from '../extraction.ts'
import { annotationText, isDrawn, type PdfAnnotation } from './pdf-annotations.ts'
import { attachmentTexts, type PdfAttachment } from './pdf-attachments.ts'
import { drawnTexts } from './pdf-drawn-text.ts'
import { OCR_HINT } from '../without-text.ts'
import { isScanned } from './pdf-images.ts'
import { loadPdfJs, openPdf, type Pdf, type PdfJs, type PdfPage } from './pdf-js.ts'
import { joinItems } from './pdf-lines.ts'
import { type XfaNode, xfaText } from './pdf-xfa.ts'

/**
 * The text of a PDF, page by page: its lines, then its notes, the values of its form fields and what stamps and signatures
 * show, and at last the files attached to it. Stops at the limits of size and time and returns what it has. A broken page
 * is left out.
 * @throws UnreadableContent when the file cannot be opened, or no page can be read
 */
export async function pdfText(
  bytes: Uint8Array,
  { maxOutputChars, softTimeoutMs }: ReadingLimits,
  readInside: ReadInside,
): Promise<RawText> {
  const stopAt = performance.now() + softTimeoutMs
  const pdfJs = await loadPdfJs()
  const pdf = await openPdf(pdfJs, bytes)
  const parts: TextPart[] = []
  const pinned: PdfAttachment[] = []
  let left = maxOutputChars * 2
  const unread: number[] = []
  let broken = 0
  let page = 0
  while (page < pdf.numPages && left > 0 && performance.now() < stopAt) {
    page++
    const read = await pageText(pdf, page, pdfJs, pinned).catch(() => void broken++)
    if (read === undefined) continue
    if (!read.hasOwnText) unread.push(page)
    parts.push({ page, text: read.text })
    left -= read.text.length
  }
  if (page > 0 && broken === page) throw new UnreadableContent('malformed PDF: no page can be read')
  const isCut = page < pdf.numPages || broken > 0
  const options = { pdf, bytes, pinned, readInside, maxChars: left, stopAt }
  const attached = await attachmentTexts(options).catch(() => ({ parts: [], cut: false }))
  parts.push(...attached.parts)
  const hasText = parts.some(({ text }) => /\S/.test(text))
  return {
    parts,
    pages: pdf.numPages,
    isWrapped: true,
    unread,
    cut: isCut || attached.cut,
    title: await titleOf(pdf).catch(() => ''),
    ...(!hasText && {
      emptyReason: isScanned(bytes, pdf.numPages) ? SCANNED : 'a PDF whose pages have no text',
    }),
  }
}

const SCANNED = `a PDF of images only: ${OCR_HINT}`

/**
 * @param pinned gets the files of the annotations
 * @returns also whether the page has text beside that of its annotations
 */
async function pageText(
  pdf: Pdf,
  pageNumber: number,
  pdfJs: PdfJs,
  pinned: PdfAttachment[],
): Promise<{ text: string; hasOwnText: boolean }> {
  const page = await pdf.getPage(pageNumber)
  const text = await contentText(pdf, page)
  // Annotations that cannot be read cost only themselves.
  const annotations = await annotationTexts(page, pdfJs, pinned).catch(() => '')
  page.cleanup()
  return {
    text: annotations === '' ? text : `${text}\n\n${annotations}`,
    hasOwnText: /\S/.test(text),
  }
}

async function contentText(pdf: Pdf, page: PdfPage): Promise<string> {
  const form = pdf.isPureXfa ? ((await page.getXfa()) as XfaNode | null) : null
  if (form !== null) return xfaText(form)
  const { items } = await page.getTextContent()
  return joinItems(items.filter((item) => 'str' in item))
}

async function annotationTexts(page: PdfPage, pdfJs: PdfJs, pinned: PdfAttachment[]): Promise<string> {
  const annotations = (await page.getAnnotations()) as PdfAnnotation[]
  const texts = annotations.map(annotationText)
  pinned.push(...annotations.flatMap(({ file }) => file ?? []))
  const drawn = new Set(annotations.filter(isDrawn).map(({ id }) => id))
  if (drawn.size > 0) texts.push(await drawnTexts(page, drawn, pdfJs).catch(() => ''))
  // A field can have several places.
  return [...new Set(texts)].filter(Boolean).join('\n')
}

async function titleOf(pdf: Pdf): Promise<string> {
  const { info, metadata } = await pdf.getMetadata()
  const titles: unknown[] = ['Title' in info && info.Title, metadata?.get('dc:title')]
  const title = titles.find((title) => typeof title === 'string' && title.trim() !== '') ?? ''
  return String(title)
}
