import { contentTypeOf } from './content-type.ts'
import { charsetOf } from './decode-text.ts'
import { docxText } from './docx-text.ts'
import { type Extraction, type ExtractionInput, type ReadingLimits, UnreadableContent } from './extraction.ts'
import { pdfText } from './pdf-text.ts'
import { isTextualFormat, readTextualFormat } from './read-textual-format.ts'
import { textFormatOf } from './text-format.ts'
import { tidyText } from './tidy-text.ts'

/** Extracts the text of any content. Only for the extraction process: hostile bytes may kill it. */
export async function readText(input: ExtractionInput, limits: ReadingLimits): Promise<Extraction> {
  try {
    return await readFormat(input, limits)
  } catch (error) {
    if (error instanceof UnreadableContent) return { outcome: 'failed', reason: error.message }
    return { outcome: 'failed', reason: `malformed: ${String(error).slice(0, 200)}` }
  }
}

async function readFormat(input: ExtractionInput, limits: ReadingLimits): Promise<Extraction> {
  const { contentType, title = '', bytes } = input
  let format = textFormatOf(contentType)
  if (format === 'sniff') {
    const sniffed = textFormatOf(await contentTypeOf(title, bytes))
    format = sniffed === 'sniff' ? 'opaque' : sniffed
  }
  if (isTextualFormat(format)) return readTextualFormat(format, bytes, charsetOf(contentType), limits)
  if (format === 'opaque') return { outcome: 'no-text', reason: 'not a format with text' }
  const raw = format === 'pdf' ? await pdfText(bytes, limits) : docxText(bytes, limits.maxOutputChars * 2)
  const { text, truncated } = tidyText(raw.text, limits.maxOutputChars)
  if (text !== '') return { outcome: 'text', text, truncated: truncated || raw.truncated }
  return { outcome: 'no-text', reason: format === 'pdf' ? 'a PDF of images only' : 'empty' }
}
