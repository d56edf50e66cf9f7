import { type RawText, type ReadingLimits, UnreadableContent } from './extraction.ts'
import { htmlText } from './html-text.ts'
import { createTextSink, type TextSink } from './text-sink.ts'
import { tokenizeMarkup } from './tokenize-markup.ts'
import { readZip } from './zip.ts'

const LIMITS = { maxEntries: 10_000, maxBytes: 64 * 1024 * 1024 }

/** Compound File Binary: Word before 2007, or an encrypted file of today (MS-OFFCRYPTO). */
const COMPOUND_FILE = Buffer.from('d0cf11e0', 'hex')

const RELATIONSHIPS = '_rels/.rels'
const PROPERTIES = 'docProps/core.xml'
const NOTES = /\/(?:footnotes|endnotes)\.xml$/
/** Pictures, fonts and embedded files are left packed. */
const isWanted = (name: string): boolean =>
  name === RELATIONSHIPS ||
  name === PROPERTIES ||
  (name.endsWith('.xml') && !/^(?:customXml|docProps)\//.test(name))

/** Elements that stand for a character, by their local names (ECMA-376-1, 17.3.3). */
const CHARACTERS: Record<string, string> = { tab: '\t', br: '\n', cr: '\n', noBreakHyphen: '-' }

/**
 * The text of a DOCX file: its body, then its footnotes and endnotes.
 * @throws UnreadableContent
 */
export function docxText(bytes: Uint8Array, { maxOutputChars }: ReadingLimits): RawText {
  if (COMPOUND_FILE.equals(bytes.subarray(0, 4)))
    throw new UnreadableContent('encrypted, or a Word file from before 2007')
  const entries = readZip(bytes, isWanted, LIMITS)
  const xmlOf = (name: string): string | undefined => {
    const entry = entries.find((entry) => entry.name === name)
    return entry && Buffer.from(entry.bytes).toString('utf8')
  }
  const body = xmlOf(mainPart(xmlOf(RELATIONSHIPS) ?? ''))
  if (body === undefined) throw new UnreadableContent('malformed DOCX: it has no main part')
  const sink = createTextSink(maxOutputChars * 2)
  pushText(body, sink)
  for (const { name } of entries) {
    if (!NOTES.test(name)) continue
    sink.push('\n')
    pushText(xmlOf(name)!, sink)
  }
  const title = titleOf(xmlOf(PROPERTIES) ?? '')
  return { parts: [{ text: sink.text() }], cut: sink.full, ...(title !== undefined && { title }) }
}

/** The title in the core properties (ECMA-376-2, 8). */
function titleOf(properties: string): string | undefined {
  const [, title] = /<(?:\w+:)?title(?:\s[^<>]*)?>([^<]{1,2000})</.exec(properties) ?? []
  return title && htmlText(title, { maxChars: 1_000, xml: true }).text
}

/** The name of the part with the body, which is not `word/document.xml` in every program's files. */
function mainPart(relationships: string): string {
  for (const [relationship] of relationships.matchAll(/<(?:\w+:)?Relationship\s[^<>]*>/g)) {
    if (!/\sType\s*=\s*["'][^"']*\/officeDocument["']/.test(relationship)) continue
    const target = /\sTarget\s*=\s*["']\/?([^"']*)["']/.exec(relationship)?.[1]
    if (target !== undefined) return target
  }
  return 'word/document.xml'
}

/** Pushes the text of a part in WordprocessingML, one line per paragraph. Leaves out deleted text and field codes. */
function pushText(xml: string, sink: TextSink): void {
  let isText = false
  /** Text boxes come twice: as a drawing, and as a fallback for readers without drawings. */
  let fallbackDepth = 0

  const push = (piece: string): void => {
    if (fallbackDepth === 0) sink.push(piece)
  }
  const pushIfText = (piece: string): void => {
    if (isText) push(piece)
  }
  const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

  tokenizeMarkup(xml, true, {
    onText: pushIfText,
    onEntity: pushIfText,
    onOpenTag(tag) {
      const name = localName(tag)
      if (name === 'Fallback') fallbackDepth++
      isText = name === 't'
      push(CHARACTERS[name] ?? '')
    },
    onCloseTag(tag) {
      const name = localName(tag)
      if (name === 'Fallback' && fallbackDepth > 0) fallbackDepth--
      isText = false
      if (name === 'p') push('\n')
    },
    onSelfClosingTag() {
      isText = false
    },
    isDone: () => sink.full,
  })
}
