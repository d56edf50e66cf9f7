import { Tokenizer } from 'htmlparser2'
import { type TextSink } from './text-sink.ts'

/** What stands for a character, by the local name of the element (ECMA-376-1, 17.3.3). */
const characters: Record<string, string> = { tab: '\t', br: '\n', cr: '\n', noBreakHyphen: '-' }

/**
 * Pushes the text of a part of a DOCX (WordprocessingML) a paragraph a line, without building a tree: the
 * size and depth of the part do not matter. Deleted text and instructions of fields are left out.
 */
export function pushWordprocessingText(xml: string, sink: TextSink): void {
  let inText = false
  /** Text boxes come twice: as a drawing, and as a fallback for readers that know no drawings. */
  let fallbackDepth = 0

  const push = (piece: string) => {
    if (fallbackDepth === 0) sink.push(piece)
    if (sink.full) tokenizer.pause()
  }
  const pushText = (piece: string) => {
    if (inText) push(piece)
  }
  const localName = (start: number, end: number) => xml.slice(start, end).replace(/^[^:]*:/, '')
  const ignore = () => undefined

  const tokenizer = new Tokenizer(
    { xmlMode: true, decodeEntities: true },
    {
      ontext: (start, end) => pushText(xml.slice(start, end)),
      ontextentity: (codepoint) => pushText(String.fromCodePoint(codepoint)),
      oncdata: (start, end, endOffset) => pushText(xml.slice(start, end - endOffset)),
      onopentagname(start, end) {
        const name = localName(start, end)
        if (name === 'Fallback') fallbackDepth++
        inText = name === 't'
        push(characters[name] ?? '')
      },
      onclosetag(start, end) {
        const name = localName(start, end)
        if (name === 'Fallback' && fallbackDepth > 0) fallbackDepth--
        inText = false
        if (name === 'p') push('\n')
      },
      onselfclosingtag() {
        inText = false
      },
      onattribdata: ignore,
      onattribentity: ignore,
      onattribend: ignore,
      onattribname: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onopentagend: ignore,
      onprocessinginstruction: ignore,
      onend: ignore,
    },
  )
  tokenizer.write(xml)
  if (!sink.full) tokenizer.end()
}
