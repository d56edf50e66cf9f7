import { Tokenizer } from 'htmlparser2'
import { createTextSink } from './text-sink.ts'

export interface HtmlOptions {
  /** Stop after about this many UTF-16 code units. */
  maxChars: number
  xml?: boolean
  /** Keep line breaks of the source, and the text of scripts and styles: for Markdown with HTML in it. */
  verbatim?: boolean
}

const inline = new Set(
  (
    'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small ' +
    'span strike strong sub sup time tt u var wbr'
  ).split(' '),
)
const cells = new Set(['td', 'th', 'option'])
const preformatted = new Set(['pre', 'textarea'])
const hidden = new Set(['script', 'style'])

/**
 * The text that a reader of an HTML or XML document sees, and its title. Other than a parser this keeps no
 * stack of open elements: a million unclosed tags cost no more than a million closed ones.
 */
export function htmlText(source: string, { maxChars, xml = false, verbatim = false }: HtmlOptions): string {
  const sink = createTextSink(maxChars)
  let hiddenIn: string | undefined
  let preformattedDepth = 0

  const push = (piece: string) => {
    if (hiddenIn === undefined) sink.push(piece)
    if (sink.full) tokenizer.pause()
  }
  const pushText = (text: string) =>
    push(verbatim || xml || preformattedDepth > 0 ? text : text.replace(/\s+/g, ' '))
  const pushBoundary = (name: string) => {
    if (!inline.has(name)) push(cells.has(name) ? ' ' : '\n')
  }
  const ignore = () => undefined

  const tokenizer = new Tokenizer(
    { xmlMode: xml, decodeEntities: true },
    {
      ontext: (start, end) => pushText(source.slice(start, end)),
      ontextentity: (codepoint) => push(String.fromCodePoint(codepoint)),
      oncdata: (start, end, endOffset) => pushText(source.slice(start, end - endOffset)),
      onopentagname(start, end) {
        const name = source.slice(start, end).toLowerCase()
        pushBoundary(name)
        if (preformatted.has(name)) preformattedDepth++
        if (hidden.has(name) && !verbatim) hiddenIn ??= name
      },
      onclosetag(start, end) {
        const name = source.slice(start, end).toLowerCase()
        if (name === hiddenIn) hiddenIn = undefined
        if (preformatted.has(name) && preformattedDepth > 0) preformattedDepth--
        pushBoundary(name)
      },
      onselfclosingtag() {
        if (xml) hiddenIn = undefined
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
  tokenizer.write(source)
  if (!sink.full) tokenizer.end()
  return sink.text()
}
