import type { PdfTextItem } from './pdf-items.ts'

/** Letters with gaps between them, as of a heading that is set wide. */
const SPACED = /^(?:[\p{L}\p{N}\p{P}]\p{M}* ){3,}[\p{L}\p{N}\p{P}]\p{M}*$/u
/** A short word, which also may be single letters. */
const SHORT = /^[\p{L}\p{N}\p{P}]\p{M}*(?: [\p{L}\p{N}\p{P}]\p{M}*){1,2}$/u
/** Characters of which each pair is found wherever they are written together. */
const IDEOGRAPHS =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}](?: [\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])+$/u
const MIN_LETTERS = 3

/**
 * Takes the blanks out of words whose letters are set wide: PDF.js sees a gap after each letter, and puts a wider one, between
 * words, into an item of its own. A short word is one of them where the word before or after it is.
 */
export function withoutLetterSpacing(items: readonly PdfTextItem[]): PdfTextItem[] {
  const words = items.filter(({ str }) => /\S/.test(str))
  const spaced = new Set(words.filter(({ str }) => isSpaced(str)))
  if (spaced.size === 0) return [...items]
  for (const [place, word] of words.entries()) {
    const [before, after] = [words[place - 1], words[place + 1]]
    if (SHORT.test(word.str) && ((before && spaced.has(before)) || (after && isSpaced(after.str))))
      spaced.add(word)
  }
  return items.map((item) => (spaced.has(item) ? { ...item, str: item.str.replaceAll(' ', '') } : item))
}

const isSpaced = (str: string): boolean =>
  IDEOGRAPHS.test(str) || (SPACED.test(str) && (str.match(/\p{L}/gu)?.length ?? 0) >= MIN_LETTERS)
