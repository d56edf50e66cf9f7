import type { RawText, ReadingLimits } from '../extraction.ts'
import { addReferred, createImageList } from './image-list.ts'
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
  const images = createImageList('pptx')
  const raw = readOfficePages(office, 'sldId', limits, ({ target, number }, sink) => {
    const xml = office.xml(target)
    pushOfficeXmlText(xml, sink)
    const related = office.relationships(target)
    addReferred(images, office, { xml, related, onPage: number })
    for (const beside of related) {
      if (!BESIDE_SLIDE.has(beside.type)) continue
      sink.push('\n')
      pushOfficeXmlText(office.xmlIfAny(beside.target) ?? '', sink)
    }
  })
  return { ...raw, ...images.result() }
}
