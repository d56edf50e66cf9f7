/** How letters with an umlaut or a ring are written where the keyboard has none: Müller is Mueller. */
const WRITTEN_OUT: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' }
const ANY = new RegExp(`[${Object.keys(WRITTEN_OUT).join('')}]`, 'g')

/**
 * Other spellings of a word, folded. The folded word itself lacks the accents.
 * @param written lower case, composed (NFC), with its accents
 */
export function variantsOf(written: string): string[] {
  const out = written.replace(ANY, (letter) => WRITTEN_OUT[letter]!)
  return out === written ? [] : [out]
}
