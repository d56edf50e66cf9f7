/** Small files for tests: DOCX and PDF. */
import { deflateSync } from 'node:zlib'
import { writeZip } from '../runtime/write-zip.ts'

export const DOCX_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

const xml = (body: string) => Buffer.from(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${body}`)

/** A part of a DOCX in WordprocessingML. */
export function wordXml(root: string, children: string): Buffer {
  const namespace = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
  return xml(`<w:${root} xmlns:w="${namespace}">${children}</w:${root}>`)
}

/** The files of a DOCX; `body` is WordprocessingML, its default is a paragraph for each of `paragraphs`. */
export function docxEntries(paragraphs: string[], body = paragraphs.map(paragraph).join('')) {
  const relations = 'http://schemas.openxmlformats.org/package/2006/relationships'
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  return [
    {
      name: '[Content_Types].xml',
      bytes: xml(
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
          `<Override PartName="/word/document.xml" ContentType="${DOCX_TYPE}.main+xml"/></Types>`,
      ),
    },
    {
      name: '_rels/.rels',
      bytes: xml(
        `<Relationships xmlns="${relations}">` +
          `<Relationship Id="r1" Type="${office}/officeDocument" Target="word/document.xml"/>` +
          '</Relationships>',
      ),
    },
    {
      name: 'word/document.xml',
      bytes: wordXml('document', `<w:body>${body}</w:body>`),
    },
  ]
}

/** A DOCX of these paragraphs, which are XML text. */
export const docx = (...paragraphs: string[]): Buffer => writeZip(docxEntries(paragraphs))

function paragraph(text: string): string {
  return `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`
}

export interface PdfOptions {
  /** Entries of the trailer: `/Encrypt …` */
  trailer?: string
  /** Entries of the catalog and of each page: `/Annots […]` */
  catalog?: string
  page?: string
  /** The dictionary of the font F1 */
  font?: string
  /** Entries of the resources of each page: `/XObject << … >>` */
  resources?: string
  /** Further objects; of a PDF of one page the first of them is `6 0 R`. */
  objects?: (string | Buffer)[]
  /** The content stream of each page, and the entries of its dictionary: `/Filter …` */
  stream?: (line: string) => { dictionary: string; bytes: Buffer }
}

const HELVETICA = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'

/** A PDF 1.4 with one line of ASCII text a page. */
export function pdf(lines: string[], options: PdfOptions = {}): Buffer {
  const {
    trailer = '',
    catalog = '',
    page = '',
    resources = '',
    font = HELVETICA,
    stream = plainStream,
  } = options
  const pageIds = lines.map((_, index) => 4 + index * 2)
  const objects: (string | Buffer)[][] = [
    [`<< /Type /Catalog /Pages 2 0 R ${catalog} >>`],
    [`<< /Type /Pages /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] /Count ${lines.length} >>`],
    [font],
  ]
  for (const [index, line] of lines.entries()) {
    const { dictionary, bytes } = stream(line)
    objects.push(
      [
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] ' +
          `/Resources << /Font << /F1 3 0 R >> ${resources} >> /Contents ${5 + index * 2} 0 R ${page} >>`,
      ],
      [`<< /Length ${bytes.length} ${dictionary} >>\nstream\n`, bytes, '\nendstream'],
    )
  }
  return assemble([...objects, ...(options.objects ?? []).map((object) => [object])], trailer)
}

function plainStream(line: string) {
  return { dictionary: '', bytes: Buffer.from(line === '' ? '' : `BT /F1 12 Tf 72 700 Td (${line}) Tj ET`) }
}

function assemble(objects: (string | Buffer)[][], trailer: string): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n')]
  const offsets: number[] = []
  let size = parts[0]!.length
  const push = (part: string | Buffer) => {
    const bytes = Buffer.from(part as string)
    parts.push(bytes)
    size += bytes.length
  }
  for (const [index, object] of objects.entries()) {
    offsets.push(size)
    push(`${index + 1} 0 obj\n`)
    object.forEach(push)
    push('\nendobj\n')
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const start = size
  push(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`)
  push(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`)
  return Buffer.concat(parts)
}

/** Takes longer than an extraction may, and has a SHA-256 of its own. */
export function slowPdf(number: number): Buffer {
  const once = deflateSync(Buffer.alloc(64 * 1024 * 1024, ' '))
  const many = deflateSync(Buffer.concat([...Array<Buffer>(64).fill(once), Buffer.from(String(number))]))
  return pdf(['x'], { stream: () => ({ dictionary: '/Filter [/FlateDecode /FlateDecode]', bytes: many }) })
}
