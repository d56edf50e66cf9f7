/**
 * One condition of a query on the index's keys: stems (`contract`), title words as they are written (`=contracts`),
 * and pairs of stems that follow each other (`sign page`).
 */
export type Term =
  | { kind: 'any-of'; keys: string[] }
  /**
   * `gap`: words from the key before, 1 for the very next, more where stop words were left out; the first has 0.
   * `words`: all of the phrase, folded.
   */
  | { kind: 'phrase'; steps: { key: string; gap: number }[]; words: readonly string[] }

/** The key of a title's word in the form in which it is written, for suggestions and for stop words. */
export const titleKey = (word: string): string => `=${word}`

/** The key of two stems that follow each other where the index has no positions. */
export const pairKey = (first: string, second: string): string => `${first} ${second}`
