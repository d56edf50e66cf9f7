/**
 * Prepares a text for a search index and for JSON: normalised to NFC, without control characters, soft hyphens
 * and lone surrogates, runs of blanks folded to one, at most one empty line in a row, at most `maxChars` long
 * (UTF-16 code units, no pair cut in half). Takes time linear in `maxChars`, whatever the text.
 */
export function tidyText(raw: string, maxChars: number): { text: string; truncated: boolean } {
  // Folding blanks shrinks the text, so more than the limit is considered; beyond twice the limit it is cut off.
  const considered = raw.slice(0, maxChars * 2)
  const tidy = (isPlain(considered) ? considered : normalise(considered))
    .replace(/ {2,}/g, ' ')
    .replace(/ \n ?|\n /g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  const truncated = considered.length < raw.length || tidy.length > maxChars
  if (tidy.length <= maxChars) return { text: tidy, truncated }
  const end = /[\uD800-\uDBFF]/.test(tidy.charAt(maxChars - 1)) ? maxChars - 1 : maxChars
  return { text: tidy.slice(0, end), truncated }
}

/** Fast path for printable ASCII: the general path was half of the cost of indexing such a text. */
const isPlain = (text: string): boolean => /^[\n -~]*$/.test(text)

/** Leaves only spaces and line feeds as blanks. */
function normalise(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/\r\n?|[\v\f\x85\u2028\u2029]/g, '\n')
      // A word that continues in the next line.
      .replace(/\u00AD[^\S\n]*\n[^\S\n]*(?=\S)/g, '')
      .replace(/[^\P{Cc}\n\t]|[\u00AD\u200B\uFEFF]/gu, '')
      // The limit of the Stream-Safe Text Format (Unicode Standard Annex 15). Without it, sorting a long run of
      // combining marks takes normalize() quadratic time: minutes for a megabyte, and nothing can interrupt it.
      .replace(/(\p{M}{30})\p{M}+/gu, '$1')
      .normalize('NFC')
      .replace(/[^\S\n ]/g, ' ')
  )
}
