import type { RawText, ReadingLimits } from '../extraction.ts'
import { htmlText } from '../textual/html-text.ts'
import { createTextSink, type TextSink } from '../text-sink.ts'
import { tokenizeMarkup } from '../textual/tokenize-markup.ts'
import { addReferred, createImageList } from './image-list.ts'
import { openOfficePackage } from './office-package.ts'

/** Parts with text by the last segments of the types of their relationships; SmartArt is `diagramData`. */
const BEFORE_BODY = ['header']
const AFTER_BODY = ['footnotes', 'endnotes', 'comments', 'diagramData', 'chart', 'footer']

/**
 * The text of a DOCX file or template: headers, body, notes, comments, SmartArt, the words of charts, footers.
 * @throws UnreadableContent
 */
export function docxText(bytes: Uint8Array, { maxOutputChars }: ReadingLimits): RawText {
  const office = openOfficePackage(bytes)
  const { mainPart, title } = office
  const related = office.relationships(mainPart)
  const partsOf = (types: string[]): [xml: string, part: string][] =>
    types
      .flatMap((wanted) => related.filter(({ type }) => type === wanted))
      .flatMap(({ target }) => {
        const xml = office.xmlIfAny(target)
        return xml === undefined ? [] : [[xml, target]]
      })
  const sink = createTextSink(maxOutputChars * 2)
  const images = createImageList('docx')
  const parts = [...partsOf(BEFORE_BODY), [office.xml(mainPart), mainPart] as const, ...partsOf(AFTER_BODY)]
  const pushed = new Set<string>()
  for (const [xml, part] of parts) {
    // The first page and others often have the same header.
    if (!pushed.has(xml)) pushText(xml, sink)
    pushed.add(xml)
    addReferred(images, office, { xml, related: part === mainPart ? related : office.relationships(part) })
  }
  return {
    parts: [{ text: sink.text() }],
    cut: sink.full,
    ...(title !== undefined && { title }),
    ...images.result(),
  }
}

/** @param source text or an attribute of XML, with entities */
const decoded = (source: string): string => htmlText(source, { maxChars: 1_000, xml: true }).text

/** Elements that stand for a character, by their local names (ECMA-376-1, 17.3.3). */
const CHARACTERS: Record<string, string> = { tab: '\t', br: '\n', cr: '\n', noBreakHyphen: '-' }
/** `v` has the names and values of a chart. */
const TEXT = new Set(['t', 'v'])
/** Text boxes come twice: as a drawing, and as a fallback for readers without drawings. Moved text is where it went. */
const HIDDEN = new Set(['Fallback', 'moveFrom'])

/** A watermark, and the description of a picture, are attributes. */
const DESCRIBED = /<(?:v:textpath\s[^<>]*?\bstring|wp:docPr\s[^<>]*?\bdescr)="([^"<]+)"/g

/** Pushes the text of a part, one line per paragraph. Leaves out deleted text and field codes. */
function pushText(xml: string, sink: TextSink): void {
  let isText = false
  let opened = ''
  let hiddenDepth = 0

  sink.push('\n')
  const push = (piece: string): void => {
    if (hiddenDepth === 0) sink.push(piece)
  }
  const pushIfText = (piece: string): void => {
    if (isText) push(piece)
  }
  const close = (name: string): void => {
    if (HIDDEN.has(name) && hiddenDepth > 0) hiddenDepth--
    isText = false
  }

  tokenizeMarkup(xml, true, {
    onText: pushIfText,
    onEntity: pushIfText,
    onOpenTag(tag) {
      opened = localName(tag)
      if (HIDDEN.has(opened)) hiddenDepth++
      isText = TEXT.has(opened)
      push(CHARACTERS[opened] ?? '')
    },
    onCloseTag(tag) {
      const name = localName(tag)
      close(name)
      if (name === 'p' || name === 'v') push('\n')
    },
    onSelfClosingTag: () => close(opened),
    isDone: () => sink.full,
  })
  for (const [, text] of xml.matchAll(DESCRIBED)) sink.push(`${decoded(text!)}\n`)
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)
