import { attachmentParts } from '../attachment-parts.ts'
import type { TextPart } from '../../domain/text-part.ts'
import type { ReadInside, ReadingLimits } from '../extraction.ts'
import type { Pdf } from './pdf-js.ts'

/** A file in a PDF, as PDF.js gives it. */
export interface PdfAttachment {
  filename: string
  content?: Uint8Array
}

/** Of all files together, as the PDF says. */
const MAX_BYTES = 64 * 1024 * 1024

export interface AttachmentsOptions {
  pdf: Pdf
  bytes: Uint8Array
  /** files of annotations */
  pinned: readonly PdfAttachment[]
  readInside: ReadInside
  maxChars: number
  /** of performance.now() */
  stopAt: number
}

/** The names and texts of the files that are attached to a PDF, or that it is a portfolio of (ISO 32000-1, 7.11.4). */
export async function attachmentTexts(
  options: AttachmentsOptions,
): Promise<{ parts: TextPart[]; cut: boolean }> {
  const { pdf, bytes, pinned, readInside, maxChars, stopAt } = options
  // PDF.js inflates all of them at once.
  if (statedSize(bytes) > MAX_BYTES) return { parts: [], cut: true }
  const attached = Object.values(((await pdf.getAttachments()) ?? {}) as Record<string, PdfAttachment>)
  const files = [...attached, ...pinned].map(({ filename, content = new Uint8Array() }) => {
    const input = { contentType: 'application/octet-stream', title: filename, bytes: content }
    return { filename, read: (limits: ReadingLimits) => readInside(input, limits) }
  })
  return attachmentParts(files, { maxChars, stopAt })
}

/** The sum of the sizes that the dictionaries of embedded files state, which are never compressed. */
function statedSize(bytes: Uint8Array): number {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  let size = 0
  for (const [, stated] of source.matchAll(/\/Params\s*<<[^<>]{0,300}?\/Size\s+(\d{1,12})/g))
    size += Number(stated)
  return size
}
