import type { RawText, ReadingLimits } from '../extraction.ts'
import { openOfficePackage } from './office-package.ts'
import { readOfficePages } from './office-pages.ts'
import { pushOfficeXmlText } from './office-xml-text.ts'

/** What belongs to a slide, by the type of its relationship. */
const BESIDE_SLIDE = new Set(['notesSlide', 'comments', 'chart', 'diagramData'])

/**
 * The text of a presentation (.pptx, .ppsx, .potx and their macro forms), slide by slide: shapes, tables, charts, SmartArt,
 * then notes and comments.
 * @throws UnreadableContent
 */
export function pptxText(bytes: Uint8Array, limits: ReadingLimits): RawText {
  const office = openOfficePackage(bytes)
  return readOfficePages(office, 'sldId', limits, ({ target }, sink) => {
    pushOfficeXmlText(office.xml(target), sink)
    for (const beside of office.relationships(target)) {
      if (!BESIDE_SLIDE.has(beside.type)) continue
      sink.push('\n')
      pushOfficeXmlText(office.xmlIfAny(beside.target) ?? '', sink)
    }
  })
}
