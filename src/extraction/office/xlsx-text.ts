import { type RawText, type ReadingLimits, UnreadableContent } from '../extraction.ts'
import { addReferred, createImageList } from './image-list.ts'
import { openOfficePackage } from './office-package.ts'
import { readOfficePages } from './office-pages.ts'
import { pushOfficeXmlText } from './office-xml-text.ts'
import type { PartsSink } from '../parts-sink.ts'
import { readXml } from '../read-xml.ts'
import type { TextSink } from '../text-sink.ts'
import { formatCellNumber, type NumberFormats, readNumberFormats } from './xlsx-number-formats.ts'

/** What belongs to a sheet, by the type of its relationship. */
const BESIDE_SHEET = new Set(['comments', 'threadedComment', 'drawing', 'chart'])
const HEADERS = /^(?:odd|even|first)(?:Header|Footer)$/
/** Codes in headers and footers (ECMA-376-1, 18.3.1.46). */
const HEADER_CODE = /&(?:"[^"]{0,100}"|K[\dA-F]{6}|\d{1,3}|[A-Z&])/g

/**
 * The text of a workbook (.xlsx, .xltx and their macro forms), sheet by sheet, also hidden ones: the sheet's name, a line per
 * row, headers and footers, comments, text boxes, charts. Numbers come as calculated, dates as ISO 8601.
 * @throws UnreadableContent
 */
export function xlsxText(bytes: Uint8Array, limits: ReadingLimits): RawText {
  const office = openOfficePackage(bytes)
  if (office.mainPart.endsWith('.bin')) {
    throw new UnreadableContent('a binary Excel workbook (.xlsb), which is not read')
  }
  const related = office.relationships(office.mainPart)
  const partOf = (wanted: string): string =>
    office.xmlIfAny(related.find(({ type }) => type === wanted)?.target ?? '') ?? ''
  const strings = readSharedStrings(partOf('sharedStrings'))
  const formats = readNumberFormats(partOf('styles'), office.xml(office.mainPart))
  const images = createImageList('xlsx')
  const pushBeside = (part: string, onPage: number, sink: PartsSink, depth = 0): void => {
    for (const { type, target } of office.relationships(part)) {
      if (!BESIDE_SHEET.has(type) || sink.full) continue
      sink.push('\n')
      const xml = office.xmlIfAny(target) ?? ''
      pushOfficeXmlText(xml, sink)
      if (depth > 0) continue
      // The charts of a drawing; deeper there is nothing.
      pushBeside(target, onPage, sink, 1)
      if (type === 'drawing')
        addReferred(images, office, { xml, related: office.relationships(target), onPage })
    }
  }
  const raw = readOfficePages(office, 'sheet', limits, ({ target, name, number }, sink) => {
    sink.push(`${name}\n`)
    pushSheet(office.xml(target), { strings, formats }, sink)
    pushBeside(target, number, sink)
  })
  return { ...raw, ...images.result() }
}

/** The strings that cells refer to by index; without phonetic readings (`rPh`). */
function readSharedStrings(xml: string): string[] {
  const strings: string[] = []
  let current = ''
  let isText = false
  let isPhonetic = false
  readXml(xml, {
    onOpen(name) {
      if (name === 'rPh') isPhonetic = true
      isText = name === 't' && !isPhonetic
    },
    onText(piece) {
      if (isText) current += piece
    },
    onClose(name) {
      isText = false
      if (name === 'rPh') isPhonetic = false
      if (name !== 'si') return
      strings.push(current)
      current = ''
    },
  })
  return strings
}

interface Workbook {
  strings: readonly string[]
  formats: NumberFormats
}

/** Pushes the cells of a sheet, and its headers and footers. */
function pushSheet(xml: string, { strings, formats }: Workbook, sink: Pick<TextSink, 'push' | 'full'>): void {
  let type = 'n'
  let style = 0
  let textIn: 'value' | 'inline' | 'header' | undefined
  let value = ''
  const cellText = (): string => {
    if (type === 's') return strings[Number(value)] ?? ''
    if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
    return type === 'n' ? formatCellNumber(value, style, formats) : type === 'e' ? '' : value
  }
  readXml(xml, {
    onOpen(name, attributes) {
      if (name === 'c') {
        type = attributes.get('t') ?? 'n'
        style = Number(attributes.get('s') ?? 0)
      }
      textIn = name === 'v' ? 'value' : name === 't' ? 'inline' : HEADERS.test(name) ? 'header' : undefined
      value = ''
    },
    onText(piece) {
      if (textIn === 'inline') sink.push(piece)
      else if (textIn !== undefined) value += piece
    },
    onClose(name) {
      if (textIn === 'value') sink.push(cellText())
      else if (textIn === 'header') sink.push(`${value.replace(HEADER_CODE, ' ')}\n`)
      textIn = undefined
      if (name === 'c') sink.push('\t')
      else if (name === 'row') sink.push('\n')
    },
    isDone: () => sink.full,
  })
}
