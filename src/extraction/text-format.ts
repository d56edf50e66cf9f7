/** Which reader extracts the text of a content. `sniff`: the bytes decide; `opaque`: none. */
export type TextFormat = 'plain' | 'markdown' | 'html' | 'xml' | 'json' | 'pdf' | 'docx' | 'sniff' | 'opaque'

const FORMATS = new Map<string, TextFormat>([
  ['text/markdown', 'markdown'],
  ['text/x-markdown', 'markdown'],
  ['text/html', 'html'],
  ['application/xhtml+xml', 'html'],
  ['text/xml', 'xml'],
  ['application/xml', 'xml'],
  ['text/json', 'json'],
  ['application/json', 'json'],
  ['application/x-ndjson', 'json'],
  ['application/jsonl', 'json'],
  ['application/pdf', 'pdf'],
  ['application/x-pdf', 'pdf'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-word.document.macroenabled.12', 'docx'],
])

/** Parameters and case of the media type do not matter. */
export function textFormatOf(contentType: string): TextFormat {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  const known = FORMATS.get(type)
  if (known !== undefined) return known
  if (type.endsWith('+json')) return 'json'
  if (type.endsWith('+xml')) return 'xml'
  if (type.startsWith('text/')) return 'plain'
  return /^(?:image|audio|video|font|model)\//.test(type) ? 'opaque' : 'sniff'
}
