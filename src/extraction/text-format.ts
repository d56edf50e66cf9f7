/** Formats that are text themselves. */
export type TextualFormat = 'plain' | 'markdown' | 'html' | 'xml' | 'json'

/** Formats that are read in the extraction process only; `doc` and `msg` are known by their bytes alone. */
export type BinaryFormat = 'pdf' | 'docx' | 'xlsx' | 'pptx' | 'odf' | 'epub' | 'rtf' | 'eml' | 'doc' | 'msg'

/** Which reader extracts the text of a content. `sniff`: the bytes decide; `opaque`: none. */
export type TextFormat = TextualFormat | BinaryFormat | 'sniff' | 'opaque'

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
  ['application/epub+zip', 'epub'],
  ['application/rtf', 'rtf'],
  ['text/rtf', 'rtf'],
  ['message/rfc822', 'eml'],
  ['message/global', 'eml'],
])

/** Families of types with templates and macro forms, which are alike inside. */
const FAMILIES: [RegExp, TextFormat][] = [
  [
    /^application\/vnd\.openxmlformats-officedocument\.wordprocessingml\.|^application\/vnd\.ms-word\./,
    'docx',
  ],
  [
    /^application\/vnd\.openxmlformats-officedocument\.spreadsheetml\.|^application\/vnd\.ms-excel\../,
    'xlsx',
  ],
  [
    /^application\/vnd\.openxmlformats-officedocument\.presentationml\.|^application\/vnd\.ms-powerpoint\../,
    'pptx',
  ],
  [/^application\/vnd\.oasis\.opendocument\.(?!.*-flat-xml$)/, 'odf'],
]

/** Parameters and case of the media type do not matter. */
export function textFormatOf(contentType: string): TextFormat {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  const known = FORMATS.get(type)
  if (known !== undefined) return known
  const family = FAMILIES.find(([pattern]) => pattern.test(type))
  if (family !== undefined) return family[1]
  if (type.endsWith('+json')) return 'json'
  if (/[+-]xml$/.test(type)) return 'xml'
  if (type.startsWith('text/')) return 'plain'
  return /^(?:image|audio|video|font|model)\//.test(type) ? 'opaque' : 'sniff'
}
