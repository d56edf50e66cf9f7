/**
 * Identifiers that are written with or without separators: an IBAN, a telephone number, a reference. A compound is all of
 * it without them, so that either form finds the other.
 */

const MIN_UNITS = 7
const MAX_UNITS = 34
/** Groups of letters and digits with a digit in each, apart from the first, with one separator between them. */
const GROUPS =
  /(?<![\p{L}\p{N}])\+?[A-Za-z]{0,4}\d*(?:[ \u00a0\u202f./()-]{1,2}[A-Za-z]{0,2}\d[A-Za-z0-9]*)+/gu
const SEPARATOR = /[^A-Za-z0-9]/g
const DIGIT = /\d/g
const MIN_DIGITS = 5

/** @returns lower case, letters and digits only, each once */
export function compoundsOf(text: string): Set<string> {
  const compounds = new Set<string>()
  for (const [match] of text.matchAll(GROUPS)) {
    const compound = match.replace(SEPARATOR, '').toLowerCase()
    const digits = compound.match(DIGIT)?.length ?? 0
    if (compound.length >= MIN_UNITS && compound.length <= MAX_UNITS && digits >= MIN_DIGITS)
      compounds.add(compound)
  }
  return compounds
}
