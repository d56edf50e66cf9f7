import { posix } from 'node:path'
import { decodeText } from '../encodings/decode-text.ts'
import { type RawText, type ReadingLimits, UnreadableContent } from '../extraction.ts'
import { htmlText } from '../textual/html-text.ts'
import { knownEncoding } from '../encodings/text-encoding.ts'
import { createTextSink, type TextSink } from '../text-sink.ts'
import { tokenizeMarkup } from '../textual/tokenize-markup.ts'
import { readZip } from '../zip.ts'

const LIMITS = { maxEntries: 10_000, maxBytes: 64 * 1024 * 1024 }

const PROPERTIES = 'docProps/core.xml'
/** Pictures, fonts and embedded files are left packed. */
const isWanted = (name: string): boolean =>
  name === PROPERTIES ||
  name.endsWith('.rels') ||
  (name.endsWith('.xml') && !/^(?:customXml|docProps)\//.test(name))

/** Parts with text by the last segments of the types of their relationships; SmartArt is `diagramData`. */
const BEFORE_BODY = ['header']
const AFTER_BODY = ['footnotes', 'endnotes', 'comments', 'diagramData', 'chart', 'footer']

/**
 * The text of a DOCX file or template: headers, body, notes, comments, SmartArt, the words of charts, footers.
 * @throws UnreadableContent
 */
export function docxText(bytes: Uint8Array, { maxOutputChars }: ReadingLimits): RawText {
  const entries = new Map(readZip(bytes, isWanted, LIMITS).map((entry) => [entry.name, entry.bytes]))
  const xmlOf = (name: string): string | undefined => {
    const part = entries.get(name)
    return part && decodeText(part, knownEncoding(part, 'xml') ?? 'utf-8')
  }
  const main = relationshipsOf('', xmlOf)('officeDocument')[0] ?? 'word/document.xml'
  const body = xmlOf(main)
  if (body === undefined) throw new UnreadableContent('malformed DOCX: it has no main part')
  const partsOf = relationshipsOf(main, xmlOf)
  const others = (types: string[]) => types.flatMap(partsOf).map(xmlOf)
  const sink = createTextSink(maxOutputChars * 2)
  // The first page and others often have the same header.
  for (const xml of new Set([...others(BEFORE_BODY), body, ...others(AFTER_BODY)])) {
    if (xml !== undefined) pushText(xml, sink)
  }
  const title = titleOf(xmlOf(PROPERTIES) ?? '')
  return { parts: [{ text: sink.text() }], cut: sink.full, ...(title !== undefined && { title }) }
}

/**
 * The parts that a part refers to, by the type of the relationship (ECMA-376-2, 9.3). Both namespaces of Office Open XML
 * have the same last segments.
 * @param part its name; empty for the package
 */
function relationshipsOf(
  part: string,
  xmlOf: (name: string) => string | undefined,
): (type: string) => string[] {
  const folder = posix.dirname(part)
  const xml = xmlOf(posix.join(folder, '_rels', `${posix.basename(part)}.rels`)) ?? ''
  const found = [...xml.matchAll(/<(?:\w+:)?Relationship\s[^<>]*>/g)].map(([tag]) => ({
    type: /\sType\s*=\s*["'][^"']*\/(\w+)["']/.exec(tag)?.[1],
    target: /\sTarget\s*=\s*["']([^"']*)["']/.exec(tag)?.[1] ?? '',
  }))
  return (wanted) =>
    found
      .filter(({ type }) => type === wanted)
      .map(({ target }) => (target.startsWith('/') ? target.slice(1) : posix.join(folder, target)))
}

/** The title in the core properties (ECMA-376-2, 8). */
function titleOf(properties: string): string | undefined {
  const [, title] = /<(?:\w+:)?title(?:\s[^<>]*)?>([^<]{1,2000})</.exec(properties) ?? []
  return title && decoded(title)
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
