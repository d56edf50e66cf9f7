import { readXml } from '../read-xml.ts'
import type { TextSink } from '../text-sink.ts'

/** Elements with text: runs (`t`), cached values of charts (`v`), comments of slides before 2018 (`text`). */
const TEXT_ELEMENTS = new Set(['t', 'v', 'text'])
const LINE_ELEMENTS = new Set(['p', 'pt', 'tc', 'comment', 'cm'])

/**
 * Pushes the text of a part in DrawingML (slides, notes, charts, diagrams, text boxes; ECMA-376-1, 21) or of comments, one line
 * per paragraph. Numbers of slides are left out.
 */
export function pushOfficeXmlText(xml: string, sink: Pick<TextSink, 'push' | 'full'>): void {
  let isText = false
  let isSlideNumber = false
  /** Drawings come twice: as they are, and as a fallback for readers that do not know them. */
  let fallbackDepth = 0
  const push = (piece: string): void => {
    if (fallbackDepth === 0 && !isSlideNumber) sink.push(piece)
  }
  readXml(xml, {
    onOpen(name, attributes) {
      isText = TEXT_ELEMENTS.has(name)
      if (name === 'Fallback') fallbackDepth++
      else if (name === 'fld') isSlideNumber = attributes.get('type') === 'slidenum'
      else if (name === 'br') push('\n')
      else if (name === 'tab') push(' ')
    },
    onText(piece) {
      if (isText) push(piece)
    },
    onClose(name) {
      isText = false
      if (name === 'Fallback' && fallbackDepth > 0) fallbackDepth--
      else if (name === 'fld') isSlideNumber = false
      else if (LINE_ELEMENTS.has(name)) push('\n')
    },
    isDone: () => sink.full,
  })
}
