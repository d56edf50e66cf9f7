import type { IndexFile } from './index-file.ts'
import type { AnalyzedPassage } from '../analysis/analyze-document.ts'

/** Only words of letters are suggested, and taken for what a misspelled one means. */
const KNOWN = /^\p{L}{3,32}$/u

/**
 * Counts the documents of each word, for suggestions and rare words. The counts are estimates: a document that is
 * indexed again counts again, and one that is deleted still counts.
 */
export function createWordCounter(database: IndexFile) {
  const add = database.prepare(`
    insert into known_words values (?, ?) on conflict do update set documents = documents + excluded.documents`)
  let counts = new Map<string, number>()
  return {
    count(...texts: Iterable<Pick<AnalyzedPassage, 'words'>>[]): void {
      const words = new Set<string>()
      for (const text of texts) for (const part of text) for (const word of part.words) words.add(word)
      for (const word of words) if (KNOWN.test(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
    },
    /** Writes what was counted since the last time, in a transaction of the caller. */
    flush(): void {
      // In the order of the table, so that each of its pages is changed once.
      for (const [word, documents] of [...counts].sort(([one], [other]) => (one < other ? -1 : 1)))
        add.run(word, documents)
      counts = new Map()
    },
  }
}

export type WordCounter = ReturnType<typeof createWordCounter>
