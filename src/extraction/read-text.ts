import { contentTypeOf } from './content-type.ts'
import { charsetOf } from './encodings/decode-text.ts'
import { detectEncoding } from './encodings/detect-encoding.ts'
import { docText } from './office/doc-text.ts'
import { createInsidePages } from './ocr/inside-pages.ts'
import { docxText } from './office/docx-text.ts'
import { emlText } from './messages/eml-text.ts'
import { epubText } from './office/epub-text.ts'
import {
  type Extraction,
  type ExtractionInput,
  type FormatReader,
  type PathInside,
  type ReadInside,
  type ReadingLimits,
  UnreadableContent,
} from './extraction.ts'
import { finishText } from './finish-text.ts'
import { formatOfContent } from './format-of-content.ts'
import { isPdf, magicTypeOf } from './magic-type.ts'
import { msgText } from './messages/msg-text.ts'
import { imageInside } from './office/image-inside.ts'
import { odfText } from './office/odf-text.ts'
import { pdfText } from './pdf/pdf-text.ts'
import { pptxText } from './office/pptx-text.ts'
import { isTextualFormat, readTextualFormat } from './textual/read-textual-format.ts'
import { rtfText } from './office/rtf-text.ts'
import { looksLikeText } from './sniff.ts'
import { knownEncoding } from './encodings/text-encoding.ts'
import { type BinaryFormat, textFormatOf } from './text-format.ts'
import { OCR_HINT, withoutText } from './without-text.ts'
import { xlsxText } from './office/xlsx-text.ts'

const READERS: Record<BinaryFormat, FormatReader> = {
  pdf: pdfText,
  docx: docxText,
  xlsx: xlsxText,
  pptx: pptxText,
  odf: odfText,
  epub: epubText,
  rtf: rtfText,
  eml: emlText,
  doc: docText,
  msg: msgText,
}

/** Files in files in a file; beyond it only their names are read. */
const MAX_DEPTH = 3

/**
 * Extracts the text of any content. Only for the extraction process: hostile bytes may kill it.
 * @param depth 0 for a content, more for a file in it
 */
export async function readText(
  input: ExtractionInput,
  limits: ReadingLimits,
  depth = 0,
): Promise<Extraction> {
  if (depth > MAX_DEPTH) return { outcome: 'failed', reason: 'a file within too many files' }
  try {
    return await readFormat(input, limits, (inner, innerLimits) => readText(inner, innerLimits, depth + 1))
  } catch (error) {
    if (error instanceof UnreadableContent) return { outcome: 'failed', reason: error.message }
    return { outcome: 'failed', reason: `malformed: ${String(error).slice(0, 200)}` }
  }
}

async function readFormat(
  input: ExtractionInput,
  limits: ReadingLimits,
  readInside: ReadInside,
): Promise<Extraction> {
  const { contentType, title = '', bytes } = input
  const declared = textFormatOf(contentType)
  // Of formats that are no text the bytes know better than the sender.
  let format = isTextualFormat(declared) ? declared : (formatOfContent(bytes) ?? declared)
  // An archive can begin with a file that is a PDF.
  if (format !== 'pdf' && isPdf(bytes) && (await magicTypeOf(bytes)) === 'application/pdf') {
    const extraction = await readInside({ contentType: 'application/pdf', bytes }, limits)
    // Otherwise it is a text that shows the beginning of a PDF.
    if (extraction.outcome !== 'failed' || !looksLikeText(bytes)) return extraction
  }
  if (format === 'sniff') format = textFormatOf(await contentTypeOf(title, bytes))
  if (isTextualFormat(format)) {
    const encoding = knownEncoding(bytes, format, charsetOf(contentType)) ?? (await detectEncoding(bytes))
    return readTextualFormat(format, bytes, encoding, limits)
  }
  if (format === 'opaque' || format === 'sniff') return withoutText(bytes)
  return readBinary(format, bytes, limits, readInside)
}

/** Notes the pages of files within the file that have no text. */
async function readBinary(
  format: BinaryFormat,
  bytes: Uint8Array,
  limits: ReadingLimits,
  readInside: ReadInside,
): Promise<Extraction> {
  const inside = createInsidePages(format)
  const raw = await READERS[format](bytes, limits, async (input, innerLimits) => {
    const note = inside.next(input)
    const extraction = await readInside(input, innerLimits)
    note(extraction)
    return extraction
  })
  const cut = raw.cut || inside.isCut()
  // An image in a document is read like a page of it.
  const images = raw.inside ?? []
  const about = images.length > 0 && { emptyReason: `images only: ${OCR_HINT}` }
  return finishText({ ...about, ...raw, cut, inside: [...images, ...inside.pages] }, limits.maxOutputChars)
}

/**
 * A file within files. Only for a process that hostile bytes may kill.
 * @param path that the extraction of the outer file gave
 * @throws UnreadableContent, what a reader throws
 */
export async function fileInside(
  bytes: Uint8Array,
  path: PathInside,
  limits: ReadingLimits,
): Promise<Uint8Array> {
  let file = bytes
  for (const step of path) {
    if ('image' in step) {
      file = imageInside(file, step)
      continue
    }
    const { format, index } = step
    let count = 0
    let found: Uint8Array | undefined
    await READERS[format](file, limits, (input) => {
      if (count++ === index) found = input.bytes
      return Promise.resolve({ outcome: 'empty', reason: 'only looked for' })
    })
    if (found === undefined) throw new UnreadableContent('it was not found again in the file')
    file = found
  }
  return file
}
