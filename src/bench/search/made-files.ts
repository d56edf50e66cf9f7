/** Files of every format and encoding with a given text. */
import iconv from 'iconv-lite'
import { DOCX_TYPE, docx, pdf } from '../../testing/sample-files.ts'
import { docStreams, mapiStreams, writeCompoundFile } from '../../testing/sample-compound-files.ts'
import {
  epubEntries,
  odfEntries,
  pptxEntries,
  slide,
  xlsxEntries,
  zipOf,
} from '../../testing/sample-office-files.ts'

export interface MadeFile {
  format: string
  contentType: string
  bytes: Buffer
}

const UNKNOWN = 'application/octet-stream'

/** Encodings by language, beside those of Unicode. */
const ENCODINGS: Record<string, readonly string[]> = {
  ar: ['windows-1256'],
  de: ['windows-1252'],
  el: ['iso-8859-7'],
  en: ['us-ascii'],
  es: ['iso-8859-15'],
  fr: ['windows-1252'],
  he: ['windows-1255'],
  it: ['iso-8859-1'],
  ja: ['shift_jis', 'euc-jp'],
  ko: ['euc-kr'],
  nl: ['iso-8859-15'],
  pl: ['windows-1250', 'iso-8859-2'],
  pt: ['iso-8859-1'],
  ru: ['windows-1251', 'koi8-r'],
  sv: ['iso-8859-1'],
  th: ['tis-620'],
  tr: ['windows-1254'],
  uk: ['koi8-u'],
  zh: ['gb18030', 'big5'],
}

/** @param text one line */
export function madeFiles(language: string, text: string): MadeFile[] {
  return [...textFiles(language, text), ...officeFiles(text), pdfFile(text), ...messages(text)]
}

function textFiles(language: string, text: string): MadeFile[] {
  const html = (head: string): string =>
    `<html><head>${head}<title>t</title></head><body><p>${xml(text)}</p></body></html>`
  const encoded = (ENCODINGS[language] ?? []).filter(
    (encoding) => iconv.decode(iconv.encode(text, encoding), encoding) === text,
  )
  return [
    { format: 'text utf-8', contentType: 'text/plain', bytes: Buffer.from(text) },
    { format: 'text utf-16', contentType: UNKNOWN, bytes: iconv.encode(text, 'utf-16le', { addBOM: true }) },
    { format: 'html', contentType: 'text/html', bytes: Buffer.from(html('')) },
    { format: 'markdown', contentType: 'text/markdown', bytes: Buffer.from(`# t\n\n${text}\n`) },
    ...encoded.flatMap((encoding) => [
      {
        format: 'text, declared encoding',
        contentType: `text/plain; charset=${encoding}`,
        bytes: iconv.encode(text, encoding),
      },
      {
        format: 'html, declared encoding',
        contentType: 'text/html',
        bytes: iconv.encode(html(`<meta charset="${encoding}">`), encoding),
      },
    ]),
  ]
}

function officeFiles(text: string): MadeFile[] {
  const escaped = xml(text)
  const codes = Array.from({ length: text.length }, (_, unit) => text.charCodeAt(unit))
  const rtf = codes
    .map((code) => (code < 128 ? String.fromCharCode(code) : `\\u${(code << 16) >> 16}?`))
    .join('')
  const cell = `<row><c t="inlineStr"><is><t>${escaped}</t></is></c></row>`
  return [
    { format: 'docx', contentType: DOCX_TYPE, bytes: docx(escaped) },
    { format: 'pptx', contentType: UNKNOWN, bytes: zipOf(...pptxEntries([slide(escaped)])) },
    { format: 'xlsx', contentType: UNKNOWN, bytes: zipOf(...xlsxEntries({ s: cell })) },
    {
      format: 'odt',
      contentType: UNKNOWN,
      bytes: zipOf(...odfEntries('text', `<text:p>${escaped}</text:p>`)),
    },
    {
      format: 'epub',
      contentType: UNKNOWN,
      bytes: zipOf(...epubEntries([`<html><body><p>${escaped}</p></body></html>`])),
    },
    { format: 'rtf', contentType: 'application/rtf', bytes: Buffer.from(`{\\rtf1\\ansi ${rtf}}`) },
    { format: 'doc', contentType: 'application/msword', bytes: writeCompoundFile(docStreams([`${text}\r`])) },
  ]
}

function messages(text: string): MadeFile[] {
  const body = Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n')
  const head = 'From: a@example.com\r\nTo: b@example.com\r\nSubject: t\r\nMIME-Version: 1.0\r\n'
  const type = 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n'
  return [
    { format: 'eml', contentType: 'message/rfc822', bytes: Buffer.from(`${head}${type}\r\n${body}\r\n`) },
    {
      format: 'msg',
      contentType: 'application/vnd.ms-outlook',
      bytes: writeCompoundFile(mapiStreams(32, { '001A001F': 'IPM.Note', '1000001F': text })),
    },
  ]
}

/** A font whose codes are those of UTF-16. */
const FONT =
  '<< /Type /Font /Subtype /Type0 /BaseFont /Sample /Encoding /Identity-H /ToUnicode 7 0 R /DescendantFonts [<< ' +
  '/Type /Font /Subtype /CIDFontType2 /BaseFont /Sample /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) ' +
  '/Supplement 0 >> /FontDescriptor 6 0 R >>] >>'
const UNICODE =
  '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Sample def 1 begincodespacerange ' +
  '<0000> <ffff> endcodespacerange 1 beginbfrange <0000> <ffff> <0000> endbfrange endcmap end end'
const LINE_UNITS = 60

function pdfFile(text: string): MadeFile {
  const lines = text.match(new RegExp(`.{1,${LINE_UNITS}}(?:\\s|$)|.{1,${LINE_UNITS}}`, 'gu')) ?? []
  const drawn = lines.map((line, number) => {
    const codes = Buffer.from(asDrawn(line.trim()), 'utf16le').swap16().toString('hex')
    return `BT /F1 8 Tf 20 ${750 - number * 12} Td <${codes}> Tj ET\n`
  })
  const bytes = pdf([''], {
    font: FONT,
    stream: () => ({ dictionary: '', bytes: Buffer.from(drawn.join('')) }),
    objects: [
      '<< /Type /FontDescriptor /FontName /Sample /Flags 4 >>',
      `<< /Length ${UNICODE.length} >>\nstream\n${UNICODE}\nendstream`,
    ],
  })
  return { format: 'pdf', contentType: 'application/pdf', bytes }
}

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}]/u
/** Words that are written from left to right, with what is between them; or a character with its marks. */
const RUNS = /[A-Za-z0-9+](?:[^\p{Script=Hebrew}\p{Script=Arabic}]*[A-Za-z0-9)])?|\P{M}\p{M}*/gu

/** Programs draw from left to right, so words of other scripts are drawn from their ends. */
const asDrawn = (line: string): string =>
  RIGHT_TO_LEFT.test(line) ? (line.match(RUNS) ?? []).reverse().join('') : line

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
