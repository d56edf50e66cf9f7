/** A word broken at the end of a line, with a hyphen, or U+2010, before which PDF.js sees a gap in some fonts. */
const BROKEN =
  /(?<![\p{L}\p{M}\p{N}])([\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]{0,60})(?:-| ?\u2010)\n([\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]{0,60})(\S{0,20})[ \n]?/gu
/** In one word. */
const MAX_BREAKS = 3
const LINE_END = /[-\u2010]\n/
/** The bound, and no beginning within a word, keep the time linear. */
const COMPOUND =
  /(?<![\p{L}\p{M}\p{N}])[\p{L}\p{N}][\p{L}\p{M}\p{N}]{0,60}(?:[-\u2010][\p{L}\p{N}][\p{L}\p{M}\p{N}]{0,60}){1,20}/gu

/**
 * Joins the words that are broken at the ends of lines. Whether the hyphen belongs to the word cannot be known: it stays
 * beside digits and capitals, and where the text has the word with it; the other form is given as well, to be found.
 */
export function joinHyphenated(text: string): { text: string; otherForms: string } {
  if (!LINE_END.test(text)) return { text, otherForms: '' }
  const compounds = new Set(text.match(COMPOUND)?.map(plain))
  const others = new Set<string>()
  const join = (_: string, first: string, rest: string, end: string): string => {
    const whole = `${first}${rest}`
    const compound = `${first}-${rest}`
    const keepsHyphen =
      /^[\p{Lu}\p{Lt}\p{N}]/u.test(rest) || !/[\p{L}\p{M}]$/u.test(first) || compounds.has(plain(compound))
    others.add(keepsHyphen ? whole : compound)
    return `${keepsHyphen ? compound : whole}${end}\n`
  }
  // In narrow columns a word has several lines.
  let joined = text
  for (let breaks = 0; breaks < MAX_BREAKS && LINE_END.test(joined); breaks++)
    joined = joined.replace(BROKEN, join)
  return { text: joined.trim(), otherForms: [...others].join(' ') }
}

const plain = (word: string): string => word.toLowerCase().replaceAll('\u2010', '-')
