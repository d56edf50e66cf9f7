import { createTextSink } from '../text-sink.ts'
import { tokenizeMarkup } from './tokenize-markup.ts'

export interface HtmlOptions {
  /** Stop after about this many UTF-16 code units. */
  maxChars: number
  xml?: boolean
  /** Keep line breaks of the source, and the text of scripts and styles: for Markdown with HTML in it. */
  verbatim?: boolean
}

const INLINE = new Set(
  (
    'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small ' +
    'span strike strong sub sup time tt u var wbr'
  ).split(' '),
)
const CELLS = new Set(['td', 'th', 'option'])
const PREFORMATTED = new Set(['pre', 'textarea'])
const HIDDEN = new Set(['script', 'style'])

/** The visible text of an HTML or XML document; that of HTML begins with its title, which is also given alone. */
export function htmlText(
  source: string,
  { maxChars, xml = false, verbatim = false }: HtmlOptions,
): { text: string; title?: string } {
  const sink = createTextSink(maxChars)
  let hiddenIn: string | undefined
  let preformattedDepth = 0
  const titled = createTitle()

  const push = (piece: string): void => {
    if (hiddenIn !== undefined) return
    sink.push(piece)
    titled.push(piece)
  }
  const pushBoundary = (name: string): void => {
    if (!INLINE.has(name)) push(CELLS.has(name) ? ' ' : '\n')
  }

  tokenizeMarkup(source, xml, {
    onText: (text) => push(verbatim || xml || preformattedDepth > 0 ? text : text.replace(/\s+/g, ' ')),
    onEntity: push,
    onOpenTag(tag) {
      const name = tag.toLowerCase()
      pushBoundary(name)
      titled.open(name)
      if (PREFORMATTED.has(name)) preformattedDepth++
      if (HIDDEN.has(name) && !verbatim) hiddenIn ??= name
    },
    onCloseTag(tag) {
      const name = tag.toLowerCase()
      titled.close(name)
      if (name === hiddenIn) hiddenIn = undefined
      if (PREFORMATTED.has(name) && preformattedDepth > 0) preformattedDepth--
      pushBoundary(name)
    },
    onSelfClosingTag() {
      if (xml) hiddenIn = undefined
    },
    isDone: () => sink.full,
  })
  return { text: sink.text(), ...titled.found() }
}

/** The first title, unless it is that of an image. */
function createTitle() {
  let title = ''
  let state: 'before' | 'in' | 'after' = 'before'
  return {
    open(name: string): void {
      if (state === 'before') state = name === 'title' ? 'in' : name === 'svg' ? 'after' : state
    },
    push(piece: string): void {
      if (state === 'in') title += piece
    },
    close(name: string): void {
      if (state === 'in' && name === 'title') state = 'after'
    },
    found: (): { title?: string } => (title.trim() === '' ? {} : { title }),
  }
}
