import { LRUCache } from 'lru-cache'

/** The stem of each word; a stop word has the empty one. */
export type Stems = ReadonlyMap<string, string>

/** Finds the stems of folded words. */
export type Stemmer = (words: Iterable<string>) => Promise<Stems>

export interface StemmerOptions {
  /** words that are not like this are their own stems */
  stemmed: RegExp
  /** words that are looked up at once */
  atOnce: number
  /** the index's own stems of distinct words, in their order, '' for stop words */
  lookUp(words: string[]): Promise<string[]>
}

/** words; about 100 bytes each */
const CACHE_SIZE = 50_000

/** Asks the index for its stem of each word once: so the program can tell what matched. */
export function createStemmer({ stemmed, atOnce, lookUp }: StemmerOptions): Stemmer {
  const cache = new LRUCache<string, string>({ max: CACHE_SIZE })
  return async (words) => {
    const stems = new Map<string, string>()
    const unknown: string[] = []
    for (const word of words) {
      if (stems.has(word)) continue
      const stem = stemmed.test(word) ? cache.get(word) : word
      if (stem === undefined) unknown.push(word)
      stems.set(word, stem ?? '')
    }
    for (let start = 0; start < unknown.length; start += atOnce) {
      const asked = unknown.slice(start, start + atOnce)
      const answers = await lookUp(asked)
      asked.forEach((word, index) => {
        stems.set(word, answers[index]!)
        cache.set(word, answers[index]!)
      })
    }
    return stems
  }
}
