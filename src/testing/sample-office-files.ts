/** Small files for tests: presentations, workbooks, OpenDocument, EPUB. The given texts are XML. */
import { writeZip, type ZipFile } from '../runtime/write-zip.ts'

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

export const entry = (name: string, text: string): ZipFile => ({ name, bytes: Buffer.from(text) })

/** The relationships of a part: `rId1` and so on, each as type and target. */
export function relationships(
  part: string,
  targets: readonly (readonly [type: string, target: string])[],
): ZipFile {
  const slash = part.lastIndexOf('/') + 1
  const list = targets.map(
    ([type, target], index) =>
      `<Relationship Id="rId${index + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  )
  return entry(
    `${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`,
    `<Relationships>${list.join('')}</Relationships>`,
  )
}

/** A slide with one paragraph for each text. */
export const slide = (...texts: string[]): string =>
  `<p:sld><p:txBody>${texts.map((text) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`).join('')}</p:txBody></p:sld>`

/** The files of a presentation whose slides are these parts. */
export function pptxEntries(slides: readonly string[]): ZipFile[] {
  const list = slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="rId${index + 1}"/>`).join('')
  return [
    relationships('', [['officeDocument', 'ppt/presentation.xml']]),
    entry('ppt/presentation.xml', `<p:presentation><p:sldIdLst>${list}</p:sldIdLst></p:presentation>`),
    relationships(
      'ppt/presentation.xml',
      slides.map((_, index) => ['slide', `slides/slide${index + 1}.xml`]),
    ),
    ...slides.map((xml, index) => entry(`ppt/slides/slide${index + 1}.xml`, xml)),
  ]
}

export interface XlsxOptions {
  /** each `<si>` */
  strings?: readonly string[]
  /** the part with the number formats */
  styles?: string
}

/** The files of a workbook whose sheets have these rows. */
export function xlsxEntries(
  sheets: Record<string, string>,
  { strings = [], styles = '' }: XlsxOptions = {},
): ZipFile[] {
  const names = Object.keys(sheets)
  const list = names.map(
    (name, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  )
  return [
    relationships('', [['officeDocument', 'xl/workbook.xml']]),
    entry('xl/workbook.xml', `<workbook><sheets>${list.join('')}</sheets></workbook>`),
    relationships('xl/workbook.xml', [
      ...names.map((_, index) => ['worksheet', `worksheets/sheet${index + 1}.xml`] as const),
      ['sharedStrings', 'sharedStrings.xml'],
      ['styles', '/xl/styles.xml'],
    ]),
    entry('xl/sharedStrings.xml', `<sst>${strings.map((string) => `<si>${string}</si>`).join('')}</sst>`),
    entry('xl/styles.xml', styles),
    ...Object.values(sheets).map((rows, index) =>
      entry(`xl/worksheets/sheet${index + 1}.xml`, `<worksheet><sheetData>${rows}</sheetData></worksheet>`),
    ),
  ]
}

/** The files of an OpenDocument file: `kind` is text, spreadsheet, presentation …, `body` what is in `office:KIND`. */
export function odfEntries(kind: string, body: string, { styles = '', meta = '' } = {}): ZipFile[] {
  return [
    entry('mimetype', `application/vnd.oasis.opendocument.${kind}`),
    entry(
      'content.xml',
      `<office:document-content><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
    ),
    entry('styles.xml', `<office:document-styles>${styles}</office:document-styles>`),
    entry('meta.xml', `<office:document-meta>${meta}</office:document-meta>`),
  ]
}

/** The files of an EPUB with these chapters in XHTML. */
export function epubEntries(chapters: readonly string[], title = 'A book'): ZipFile[] {
  const items = chapters
    .map((_, index) => `<item id="c${index}" href="text/chapter%20${index}.xhtml"/>`)
    .join('')
  const spine = chapters.map((_, index) => `<itemref idref="c${index}"/>`).join('')
  return [
    entry('mimetype', 'application/epub+zip'),
    entry(
      'META-INF/container.xml',
      '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
    ),
    entry(
      'OPS/book.opf',
      `<package><metadata><dc:title>${title}</dc:title></metadata><manifest>${items}</manifest><spine>${spine}</spine></package>`,
    ),
    ...chapters.map((xhtml, index) => entry(`OPS/text/chapter ${index}.xhtml`, xhtml)),
  ]
}

export const zipOf = (...entries: ZipFile[]): Buffer => writeZip(entries)
