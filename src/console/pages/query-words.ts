/** Parts of a query that are not looked for as words: exclusions and filters such as `created_by:x`. */
const NOT_WORDS = /(^|\s)-("[^"]*"?|\S+)|\S+:("[^"]*"|\S*)/g
const WORD = /[\p{L}\p{N}]+/gu
/** Shorter words count only as a whole. */
const MIN_STEM = 4
/** Endings that inflected words differ by. */
const ENDING = 2

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** Tells of a word of a text whether a query looks for it, as far as that can be seen without the index. */
export function wordsOf(query: string): ((word: string) => string | undefined) | undefined {
  const words = folded(query.replace(NOT_WORDS, ' ')).match(WORD) ?? []
  if (words.length === 0) return undefined
  const stems = words.map((word) =>
    word.length > MIN_STEM ? word.slice(0, Math.max(MIN_STEM, word.length - ENDING)) : word,
  )
  return (word) => {
    const plain = folded(word)
    return words.find(
      (one, index) =>
        plain === one ||
        (one.length > MIN_STEM && plain.startsWith(stems[index]!) && plain.length <= one.length + ENDING),
    )
  }
}

export interface MarkedPart {
  text: string
  /** the word of the query that it is, if it is one */
  found: string | undefined
}

/** A text in parts, of which every second one is a word that the query looks for. */
export function markedParts(text: string, isWanted: ReturnType<typeof wordsOf>): MarkedPart[] {
  if (!isWanted) return [{ text, found: undefined }]
  const parts: MarkedPart[] = []
  let end = 0
  for (const match of text.matchAll(WORD)) {
    const found = isWanted(match[0])
    if (found === undefined) continue
    parts.push({ text: text.slice(end, match.index), found: undefined }, { text: match[0], found })
    end = match.index + match[0].length
  }
  parts.push({ text: text.slice(end), found: undefined })
  return parts
}

/** The passage of a page with the most words of the query. */
export function bestPassage(
  passages: readonly string[],
  isWanted: ReturnType<typeof wordsOf>,
): number | undefined {
  if (!isWanted) return undefined
  let best: number | undefined
  let most = 0
  for (const [index, passage] of passages.entries()) {
    const words = markedParts(passage, isWanted).flatMap(({ found }) => found ?? [])
    const score = new Set(words).size * 1_000 + Math.min(words.length, 999)
    if (words.length === 0 || score <= most) continue
    best = index
    most = score
  }
  return best
}
