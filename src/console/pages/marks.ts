/** What a search finds in the text of a document, as the service says: places in UTF-16 code units. */
export interface Span {
  start: number
  /** exclusive */
  end: number
}

export interface MarkedText {
  text: string
  /** in order */
  found: readonly Span[]
}

/** A text in parts, of which every second one was found. */
export function markedParts({ text, found }: MarkedText): string[] {
  const parts: string[] = []
  let done = 0
  for (const { start, end } of found) {
    parts.push(text.slice(done, start), text.slice(start, end))
    done = end
  }
  return [...parts, text.slice(done)]
}

/** The paragraphs of a text, or its lines where the file has only these. */
export function passagesOf({ text, found }: MarkedText): MarkedText[] {
  const passages: MarkedText[] = []
  let next = 0
  for (const match of text.matchAll(/[^\n]+/g)) {
    const from = match.index
    const to = from + match[0].length
    const own: Span[] = []
    for (; next < found.length && found[next]!.start < to; next++) {
      const { start, end } = found[next]!
      own.push({ start: start - from, end: Math.min(end, to) - from })
    }
    if (match[0].trim() !== '') passages.push({ text: match[0], found: own })
  }
  return passages
}

/** Passages that follow each other, as one. */
export function joined(passages: readonly MarkedText[]): MarkedText {
  let text = ''
  const found: Span[] = []
  for (const passage of passages) {
    const from = text === '' ? 0 : text.length + 1
    text = text === '' ? passage.text : `${text}\n${passage.text}`
    for (const { start, end } of passage.found) found.push({ start: from + start, end: from + end })
  }
  return { text, found }
}

const WORD = /[\p{L}\p{N}]+/gu
const foundWords = ({ text, found }: MarkedText): string[] =>
  found.flatMap(({ start, end }) => text.slice(start, end).toLowerCase().match(WORD) ?? [])

/** The passage in which most of what was searched for was found. @returns its index */
export function bestPassage(passages: readonly MarkedText[]): number | undefined {
  let best: number | undefined
  let most = 0
  for (const [index, passage] of passages.entries()) {
    const words = foundWords(passage)
    const score = new Set(words).size * 1_000 + Math.min(words.length, 999)
    if (words.length === 0 || score <= most) continue
    best = index
    most = score
  }
  return best
}

/** Marks in a file as it is the words that were found in the text that was read of it. */
export function markWords(text: string, read: readonly MarkedText[]): MarkedText {
  const words = new Set(read.flatMap(foundWords))
  if (words.size === 0) return { text, found: [] }
  const found = [...text.matchAll(WORD)]
    .filter(([word]) => words.has(word.toLowerCase()))
    .map((match) => ({ start: match.index, end: match.index + match[0].length }))
  return { text, found }
}
