import type { RawText, ReadingLimits } from './extraction.ts'
import { openOfficePackage, readReferredParts } from './office-package.ts'
import { pushOfficeXmlText } from './office-xml-text.ts'
import { createPartsSink } from './parts-sink.ts'

/** What belongs to a slide, by the type of its relationship. */
const BESIDE_SLIDE = new Set(['notesSlide', 'comments', 'chart', 'diagramData'])

/**
 * The text of a presentation (.pptx, .ppsx, .potx and their macro forms), slide by slide: shapes, tables, charts, SmartArt,
 * then notes and comments.
 * @throws UnreadableContent
 */
export function pptxText(bytes: Uint8Array, { maxOutputChars }: ReadingLimits): RawText {
  const office = openOfficePackage(bytes)
  const sink = createPartsSink(maxOutputChars * 2)
  const { count, isIncomplete } = readReferredParts(office, 'sldId', ({ target, number }) => {
    if (sink.full) return
    pushOfficeXmlText(office.xml(target), sink)
    for (const beside of office.relationships(target)) {
      if (!BESIDE_SLIDE.has(beside.type)) continue
      sink.push('\n')
      pushOfficeXmlText(office.xmlIfAny(beside.target) ?? '', sink)
    }
    sink.endPart(number)
  })
  const { parts, cut } = sink.result()
  return {
    parts,
    cut: cut || isIncomplete,
    pages: count,
    ...(office.title !== undefined && { title: office.title }),
  }
}
