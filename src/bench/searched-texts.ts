import { randomUUID } from 'node:crypto'
import { COMMON, KINDS } from '../commands/seed/clauses.ts'
import type { SearchDocument } from '../ports/search/port.ts'
import { wordsOf } from '../ports/search/analysis/tokens.ts'
import type { Random } from '../runtime/seeded-random.ts'

const FIRST = Date.UTC(2026, 0, 1)
const SENTENCE_WORDS = 16
const PAGE_SENTENCES = 25
const PARAGRAPH_SENTENCES = 5
const VOCABULARY = 50_000

/** What an index gets of the document of this number; numbers are seconds of its creation. */
export function searchDocument(
  n: number,
  given: Pick<SearchDocument, 'title' | 'content'> & Partial<SearchDocument>,
): SearchDocument {
  const time = new Date(FIRST + n * 1_000).toISOString()
  return {
    id: randomUUID(),
    file_name: null,
    content_type: 'text/plain',
    content_size: 100,
    content_sha256: null,
    status: n % 3 === 0 ? 'sent' : 'created',
    created_by: 'ada@example.com',
    created_at: time,
    updated_at: time,
    version: 1,
    text_state: 'indexed',
    text_language: 'en',
    readers: ['email:ada@example.com'],
    deleted: false,
    ...given,
  }
}

const LETTERS = 'abcdefghilmnoprstuvz'
const ALL_WORDS = LETTERS.length ** 6

/** One of 50,000 words of six letters, so that the index knows as many as a real one. */
export const madeWord = (n: number): string =>
  Array.from({ length: 6 }, (_, place) => {
    const scattered = ((n % VOCABULARY) * 104_729) % ALL_WORDS
    return LETTERS[Math.floor(scattered / LETTERS.length ** place) % LETTERS.length]
  }).join('')

/** The words of contracts, the most frequent first. */
function contractWords(): string[] {
  const counts = new Map<string, number>()
  for (const word of wordsOf([...KINDS.flatMap(({ clauses }) => clauses), ...COMMON].flat().join(' ')))
    if (/^[a-z]+$/.test(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort(([, one], [, other]) => other - one).map(([word]) => word)
}
const CONTRACT_WORDS = contractWords()

/** Words of contracts are more frequent than made ones. */
const wordOfRank = (rank: number): string => CONTRACT_WORDS[rank] ?? madeWord(rank - CONTRACT_WORDS.length)

/** By Zipf's law: a word of rank r is as frequent as 1/r. */
const randomWord = (random: Random): string =>
  wordOfRank(Math.floor(Math.exp(random.next() * Math.log(VOCABULARY))) - 1)

export const madeSentence = (words: number, random: Random): string =>
  Array.from({ length: words }, () => randomWord(random)).join(' ')

/** 400 words. @param planted is one of its sentences */
export function madePage(random: Random, planted?: string): string {
  const place = planted === undefined ? -1 : random.whole(0, PAGE_SENTENCES - 1)
  return Array.from({ length: PAGE_SENTENCES }, (_, number) => {
    const sentence = number === place ? planted : madeSentence(SENTENCE_WORDS, random)
    return `${sentence}.${(number + 1) % PARAGRAPH_SENTENCES === 0 ? '\n\n' : ' '}`
  }).join('')
}
