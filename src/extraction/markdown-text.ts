import { htmlText } from './html-text.ts'

/**
 * The words of a Markdown text (CommonMark with tables, task lists and strikethrough): without markup, link
 * targets and embedded HTML tags; code, image descriptions and front matter stay. It is for searching, not
 * for rendering, and takes linear time.
 */
export function markdownText(source: string, maxChars: number): string {
  const lines: string[] = []
  let fence: string | undefined
  for (const line of source.split(/\r\n?|\n/)) {
    const mark = /^[ \t>]*(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined && mark !== undefined) {
      fence = mark
    } else if (fence !== undefined && mark?.startsWith(fence) === true) {
      fence = undefined
    } else {
      lines.push(fence === undefined ? blockLine(line) : escapeHtml(line))
    }
  }
  return htmlText(lines.join('\n'), { maxChars, verbatim: true })
}

/** Rulers, underlines of headings and of table heads, fences of front matter. */
const ruler = /^[-=*_+|: \t>]+$/
/** `[label]: target "title"` */
const definition = /^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*\S/
const prefix = /^[ \t]*(?:>[ \t]?|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,9}[.)][ \t]+|#{1,6}(?:[ \t]+|$))/

function blockLine(line: string): string {
  if ((ruler.test(line) && /[-=*_|]/.test(line)) || definition.test(line)) return ''
  let rest = line
  // Quotes and lists nest; hostile depth is left in the text.
  for (let depth = 0; depth < 16; depth++) {
    const found = prefix.exec(rest)
    if (found === null) break
    rest = rest.slice(found[0].length)
  }
  if (line.trimStart().startsWith('#')) rest = rest.replace(/[ \t]#{1,6}[ \t]*$/, '')
  if (rest.trimStart().startsWith('|')) rest = rest.replaceAll('|', ' ')
  return inlineText(rest)
}

const longestTarget = 2048

/** Drops emphasis, backslashes and link targets; code spans are escaped for the HTML pass that follows. */
function inlineText(line: string): string {
  const out: string[] = []
  /** Where in `out` the brackets are that a link could have begun with. */
  const brackets: number[] = []
  let i = 0
  while (i < line.length) {
    const special = nextSpecial(line, i)
    if (special > i) out.push(line.slice(i, special))
    if (special === line.length) break
    i = special
    const char = line.charAt(i)
    if (char === '\\' && /[!-/:-@[-`{-~]/.test(line.charAt(i + 1))) {
      out.push(escapeHtml(line.charAt(i + 1)))
      i += 2
    } else if (char === '`') {
      const ticks = runLength(line, i)
      const end = line.indexOf('`'.repeat(ticks), i + ticks)
      const next = end === -1 ? i + ticks : end
      out.push(escapeHtml(line.slice(i + ticks, next)))
      i = end === -1 ? next : next + ticks
    } else if (char === '*' || char === '~' || char === '_') {
      const length = runLength(line, i)
      if (!isEmphasis(line, i, length)) out.push(line.slice(i, i + length))
      i += length
    } else if (char === '[') {
      brackets.push(out.push('[') - 1)
      i++
    } else if (char === ']') {
      const end = endOfTarget(line, i + 1)
      const opening = brackets.pop()
      if (end !== undefined && opening !== undefined) {
        out[opening] = ''
        if (out[opening - 1]?.endsWith('!') === true) out[opening - 1] = out[opening - 1]!.slice(0, -1)
        i = end
      } else {
        out.push(']')
        i++
      }
    } else {
      const link = /^<([a-z][a-z0-9+.-]{1,31}:[^\s<>]{0,2048}|[^\s<>@]{1,256}@[^\s<>]{1,256})>/i.exec(
        line.slice(i, i + longestTarget + 40),
      )
      out.push(link === null ? char : escapeHtml(link[1]!))
      i += link === null ? 1 : link[0].length
    }
  }
  return out.join('')
}

function nextSpecial(line: string, from: number): number {
  for (let i = from; i < line.length; i++) if ('\\`*~_[]<'.includes(line.charAt(i))) return i
  return line.length
}

function runLength(line: string, from: number): number {
  let i = from + 1
  while (line.charAt(i) === line.charAt(from)) i++
  return i - from
}

/** Delimiters touch a word; an underscore between two word characters belongs to a name (snake_case). */
function isEmphasis(line: string, at: number, length: number): boolean {
  const before = line.charAt(at - 1)
  const after = line.charAt(at + length)
  if (line.charAt(at) === '_') return !(/[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after))
  if (line.charAt(at) === '~' && length !== 2) return false
  return /\S/.test(before) || /\S/.test(after)
}

/** Where the `(target "title")` or `[label]` that starts at `from` ends; undefined when none starts there. */
function endOfTarget(line: string, from: number): number | undefined {
  const close = { '(': ')', '[': ']' }[line.charAt(from)]
  if (close === undefined) return undefined
  const target = line.slice(from + 1, from + longestTarget)
  let end = target.indexOf(close)
  if (end === -1) return undefined
  // One pair of parentheses within: …/wiki/Seal_(emblem)
  if (close === ')' && target.slice(0, end).includes('(')) {
    const outer = target.indexOf(')', end + 1)
    if (outer !== -1) end = outer
  }
  return from + 1 + end + 1
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
