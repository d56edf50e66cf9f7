import { LRUCache } from 'lru-cache'

/** The stem of each word; empty for a stop word. */
export type Stems = ReadonlyMap<string, string>

/** Finds the stems of folded words. */
export type Stemmer = (words: Iterable<string>) => Promise<Stems>

export interface StemmerOptions {
  /** a word that does not match is its own stem */
  stemmable: RegExp
  /** words of one lookup */
  maxBatch: number
  /** the server's stems of distinct words, in their order, '' for stop words */
  lookUp(words: string[]): Promise<string[]>
}

/** words; about 100 bytes each */
const CACHE_SIZE = 50_000

/** Asks the server for the stem of each word once and keeps it, so that the program can tell what matched. */
export function createStemmer({ stemmable, maxBatch, lookUp }: StemmerOptions): Stemmer {
  const cache = new LRUCache<string, string>({ max: CACHE_SIZE })
  return async (words) => {
    const stems = new Map<string, string>()
    const unknown: string[] = []
    for (const word of words) {
      if (stems.has(word)) continue
      const stem = stemmable.test(word) ? cache.get(word) : word
      if (stem === undefined) unknown.push(word)
      stems.set(word, stem ?? '')
    }
    for (let start = 0; start < unknown.length; start += maxBatch) {
      const asked = unknown.slice(start, start + maxBatch)
      const answers = await lookUp(asked)
      asked.forEach((word, index) => {
        stems.set(word, answers[index]!)
        cache.set(word, answers[index]!)
      })
    }
    return stems
  }
}
