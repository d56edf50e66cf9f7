import { isAscii, writtenForm } from './fold.ts'
import type { StemKeyOf } from './stems.ts'
import { variantsOf } from './variants.ts'

/**
 * The keys of a word beside its folded form: other spellings, and the stems of all of them. Documents and queries have
 * the same; a word of one matches a word of the other if they share a key.
 * @param word as the text has it
 */
export function* relatedKeys(word: string, stemmers: readonly StemKeyOf[]): Generator<string> {
  const written = writtenForm(word)
  const variants = isAscii(word) ? [] : variantsOf(word, written)
  yield* variants
  for (const form of [written, ...variants])
    for (const stemKeyOf of stemmers) {
      const key = stemKeyOf(form)
      if (key !== undefined) yield key
    }
}
