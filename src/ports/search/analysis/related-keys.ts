import { fold, isAscii, writtenForm } from './fold.ts'
import type { StemKeyOf } from './stems.ts'
import { variantsOf } from './variants.ts'

/**
 * The keys of a word beside its folded form: other spellings, and the stems of all of them. Documents and queries have
 * the same; a word of one matches a word of the other if they share a key.
 * @param word as the text has it
 */
export function relatedKeys(word: string, stemmers: readonly StemKeyOf[]): Iterable<string> {
  const written = writtenForm(word)
  if (isAscii(word)) return stemsOf(written, stemmers)
  const variants = variantsOf(word, written)
  // Without its accents, as it may be typed, a word can have another stem.
  return [...variants, ...[written, fold(written), ...variants].flatMap((form) => stemsOf(form, stemmers))]
}

const stemsOf = (written: string, stemmers: readonly StemKeyOf[]): string[] =>
  stemmers.map((stemKeyOf) => stemKeyOf(written)).filter((key) => key !== undefined)
