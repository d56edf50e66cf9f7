import { htmlText } from './html-text.ts'

/**
 * The words of a Markdown text (CommonMark with tables, task lists and strikethrough): without markup, link targets
 * and embedded HTML tags. Code, image descriptions and front matter stay. It is for searching, not for rendering, and
 * takes linear time: every quantifier below stops at a character that begins the next match.
 */
export function markdownText(source: string, maxChars: number): string {
  const lines: string[] = []
  let fence: string | undefined
  for (const line of source.split(/\r\n?|\n/)) {
    const mark = /^[ \t>]*(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined && mark !== undefined) fence = mark
    else if (fence !== undefined && mark?.startsWith(fence)) fence = undefined
    else lines.push(fence === undefined ? blockLine(line) : escapeHtml(line))
  }
  return htmlText(lines.join('\n'), { maxChars, verbatim: true }).text
}

/** Rulers, underlines of headings and of table heads, delimiters of front matter. */
const RULER = /^(?=.*[-=*_|])[-=*_+|: \t>]+$/
/** `[label]: target "title"` */
const DEFINITION = /^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*\S/
/** Quotes, lists, tasks and headings. Deep nesting is left in the text. */
const PREFIXES =
  /^(?:[ \t]*(?:>[ \t]?|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,9}[.)][ \t]+|#{1,6}(?:[ \t]+|$))){1,16}/

function blockLine(line: string): string {
  if (RULER.test(line) || DEFINITION.test(line)) return ''
  let rest = line.replace(PREFIXES, '')
  if (line.trimStart().startsWith('#')) rest = rest.replace(/[ \t]#{1,6}[ \t]*$/, '')
  if (rest.trimStart().startsWith('|')) rest = rest.replaceAll('|', ' ')
  // Of three parts, the third is the content of a code span.
  return rest
    .split(/(?<!`)(`{1,9})(?!`)([^`]+)\1(?!`)/)
    .map((part, index) => [inlineText, () => '', escapeHtml][index % 3]!(part))
    .join('')
}

/** `[text](target "title")`, `[text][label]` and images; a target may have one pair of parentheses. */
const LINK = /!?\[([^[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)?\)|\[[^[\]]*\])/g
/** An escape, an autolink, or delimiters of emphasis: they touch a word, and an underscore within a name is none. */
const INLINE =
  /\\([!-/:-@[-`{-~])|<([a-z][a-z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]{1,256}@[^\s<>]+)>|(?<=\S)\*+|\*+(?=\S)|(?<!~)~~(?!~)|(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])/giu

/** Without emphasis, backslashes and link targets. */
function inlineText(text: string): string {
  // Twice, because an image can be the text of a link.
  return text
    .replace(LINK, '$1')
    .replace(LINK, '$1')
    .replace(INLINE, (_, escaped?: string, link?: string) => escapeHtml(escaped ?? link ?? ''))
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
