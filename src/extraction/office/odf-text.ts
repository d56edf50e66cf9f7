import { type RawText, type ReadingLimits, UnreadableContent } from '../extraction.ts'
import { addPart, createImageList } from './image-list.ts'
import { openXmlPackage } from './office-package.ts'
import { createPartsSink, type PartsSink } from '../parts-sink.ts'
import { readXml, xmlElementText } from '../read-xml.ts'

const PARAGRAPHS = new Set(['p', 'h'])
/** Notes and comments, with who wrote them when, stand within the paragraph, right behind the word that they are about. */
const BESIDE_WORDS = new Set(['note-citation', 'creator', 'date'])
/** What was deleted with changes tracked, and who changed what when. */
const HIDDEN = new Set(['tracked-changes'])
/** A slide or a sheet; in a text document a table is no part of its own. */
const PAGE_ELEMENTS: Record<string, string> = { spreadsheet: 'table', presentation: 'page', drawing: 'page' }

/**
 * The text of an OpenDocument file (ODF 1.3: text, spreadsheet, presentation, drawing, and their templates): the body with its notes
 * and comments, slide by slide or sheet by sheet, then the headers and footers of its page styles.
 * @throws UnreadableContent
 */
export function odfText(bytes: Uint8Array, { maxOutputChars }: ReadingLimits): RawText {
  const zip = openXmlPackage(bytes)
  if (/<(?:\w+:)?encryption-data[\s>]/.test(zip.xmlIfAny('META-INF/manifest.xml') ?? '')) {
    throw new UnreadableContent('encrypted: the OpenDocument file needs a password')
  }
  const sink = createPartsSink(maxOutputChars * 2)
  const images = createImageList('odf')
  const onImage = (name: string, page?: number): void => addPart(images, zip, name.replace(/^\.\//, ''), page)
  const pages = pushBody(zip.xml('content.xml'), sink, onImage)
  if (!sink.full) pushBody(zip.xmlIfAny('styles.xml') ?? '', sink, onImage)
  const title = xmlElementText(zip.xmlIfAny('meta.xml') ?? '', 'title')
  return {
    ...sink.result(),
    ...(pages > 0 && { pages }),
    ...(title !== undefined && { title }),
    ...images.result(),
  }
}

/**
 * Pushes the paragraphs of a part, and returns how many slides or sheets it has.
 * @param onImage gets what an image refers to, and the number of the slide or sheet that it is on
 */
function pushBody(xml: string, sink: PartsSink, onImage: (name: string, page?: number) => void): number {
  let paragraphDepth = 0
  let hiddenDepth = 0
  let pageElement: string | undefined
  let pageDepth = 0
  let pages = 0
  const push = (piece: string): void => {
    if (hiddenDepth === 0) sink.push(piece)
  }
  const openPage = (attributes: ReadonlyMap<string, string>): void => {
    if (++pageDepth > 1) return
    sink.endPart()
    pages++
    push(`${attributes.get('table:name') ?? ''}\n`)
  }
  readXml(xml, {
    onOpen(name, attributes) {
      if (paragraphDepth > 0 && (PARAGRAPHS.has(name) || BESIDE_WORDS.has(name))) push(' ')
      if (PARAGRAPHS.has(name)) paragraphDepth++
      else if (name === 's') push(' ')
      else if (name === 'tab') push('\t')
      else if (name === 'line-break') push('\n')
      else if (HIDDEN.has(name)) hiddenDepth++
      else if (name === 'image')
        onImage(attributes.get('xlink:href') ?? '', pageDepth > 0 ? pages : undefined)
      else if (name === pageElement) openPage(attributes)
      else pageElement ??= PAGE_ELEMENTS[name]
    },
    onText(piece) {
      if (paragraphDepth > 0) push(piece)
    },
    onClose(name) {
      if (PARAGRAPHS.has(name)) {
        paragraphDepth = Math.max(0, paragraphDepth - 1)
        push(pageElement === 'table' ? ' ' : '\n')
      } else if (name === 'table-row') push('\n')
      else if (HIDDEN.has(name)) hiddenDepth = Math.max(0, hiddenDepth - 1)
      else if (name === pageElement && pageDepth > 0 && --pageDepth === 0) sink.endPart(pages)
    },
    isDone: () => sink.full,
  })
  sink.endPart(pageDepth > 0 ? pages : undefined)
  return pages
}
