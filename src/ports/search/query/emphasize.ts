/** A part of a text, in UTF-16 code units; `end` is exclusive. */
export interface Span {
  start: number
  end: number
}

/** Code units of text around a match. */
const CONTEXT = 70
const MAX_FRAGMENTS = 3

/** The text with `<em>` around the spans, which must be in order; all else is HTML-escaped. */
export function emphasize(text: string, spans: readonly Span[], from = 0, to = text.length): string {
  let html = ''
  let done = from
  for (const { start, end } of spans) {
    html += `${escapeHtml(text.slice(done, start))}<em>${escapeHtml(text.slice(start, end))}</em>`
    done = end
  }
  return html + escapeHtml(text.slice(done, to))
}

/** The first parts of a text that contain spans, each with some words around it. */
export function fragmentsOf(text: string, spans: readonly Span[]): string[] {
  const fragments: (Span & { spans: Span[] })[] = []
  for (const span of spans) {
    const last = fragments.at(-1)
    if (last !== undefined && span.start < last.end) {
      last.spans.push(span)
      last.end = Math.max(last.end, endOfWord(text, span.end))
      continue
    }
    if (fragments.length === MAX_FRAGMENTS) break
    const start = Math.max(startOfWord(text, span.start - CONTEXT), last?.end ?? 0)
    fragments.push({ start, end: endOfWord(text, span.end + CONTEXT), spans: [span] })
  }
  return fragments.map(({ start, end, spans: own }) => emphasize(text, own, start, end).trim())
}

/** Tells of spans that come in order when they are more than fragmentsOf shows. */
export function createEnough(): (span: Span) => boolean {
  let fragments = 0
  let last = -Infinity
  return ({ start, end }) => {
    // A fragment ends less than that behind its last span.
    if (start > last + 2 * CONTEXT) fragments++
    last = end
    return fragments > MAX_FRAGMENTS
  }
}

function startOfWord(text: string, near: number): number {
  if (near <= 0) return 0
  const gap = text.slice(near, near + CONTEXT / 2).search(/\s/)
  return wholeCharacter(text, gap === -1 ? near : near + gap + 1)
}

function endOfWord(text: string, near: number): number {
  if (near >= text.length) return text.length
  const gap = text.slice(near, near + CONTEXT / 2).search(/\s/)
  return wholeCharacter(text, gap === -1 ? near : near + gap)
}

/** The index, moved out of a surrogate pair. */
function wholeCharacter(text: string, index: number): number {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
