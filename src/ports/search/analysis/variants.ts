import { fold } from './fold.ts'

/** How letters with an umlaut or a ring are written where the keyboard has none: Müller is Mueller. */
const WRITTEN_OUT: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' }
const ANY = new RegExp(`[${Object.keys(WRITTEN_OUT).join('')}]`, 'g')
/** Digits set higher after a word are marks of notes more often than exponents. */
const NOTE_MARK = /(?<=\p{L})[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+$/u

/**
 * Other spellings of a word, as writtenForm() gives them. The folded word itself lacks the accents.
 * @param word as the text has it
 * @param written its form by writtenForm()
 */
export function variantsOf(word: string, written: string): string[] {
  const variants = [written.replace(ANY, (letter) => WRITTEN_OUT[letter]!), word.replace(NOTE_MARK, '')]
  return [...new Set(variants.map(fold))].filter((variant) => variant !== fold(written))
}
