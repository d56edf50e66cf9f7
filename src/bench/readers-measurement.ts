import { join } from 'node:path'
import type { Reach } from '../domain/access.ts'
import { openSearch } from '../ports/search/open.ts'
import type { SearchDocument, Searches, SearchIndex } from '../ports/search/port.ts'
import { silentLogger } from '../runtime/logger.ts'
import type { Measurement, Row, SharedBench } from './measurement.ts'
import { madeWord, searchDocument } from './searched-texts.ts'
import { median } from './table.ts'

const BATCH = 2_000
const READABLE = 30
const OWNERS = 1_000

/** Someone who may read 30 of the documents, and someone to whom all of them were given. */
const READERS: Record<string, Reach> = {
  'may read 30': ['email:few@example.com', 'person:few'],
  'was given all': ['email:every@example.com', 'person:every'],
}

const find = (q: string) => (searches: Searches) => searches.search({ q, filters: {}, from: 0, size: 20 })

const QUERIES: Record<string, (searches: Searches) => Promise<unknown>> = {
  'search for a word of all documents': find('notice'),
  'search for a word of a tenth of them': find('harbor'),
  'search for a word of 30 of them': find('zanzibar'),
  'search for two words': find('notice harbor'),
  'search for a phrase of all documents': find('"weeks of notice"'),
  'search for all but a word': find('-harbor'),
  'search for a misspelled word': find('zanzibra'),
  'suggestions for a beginning of all titles': (searches) => searches.suggest('lea', 5),
  'suggestions for a beginning of a word': (searches) => searches.suggest('zan', 5),
  'numbers by status': (searches) => searches.aggregate('status'),
  'numbers by author': (searches) => searches.aggregate('created_by'),
  'numbers by status of an author': (searches) =>
    searches.aggregate('status', undefined, { created_by: 'author7@example.com' }),
  'numbers by author of a status': (searches) =>
    searches.aggregate('created_by', undefined, { status: 'sent' }),
  'numbers by status of a word': (searches) => searches.aggregate('status', 'notice'),
}

/** What a page costs someone who may read a part of the index, against one of all documents, in milliseconds. */
export const readers: Measurement<SharedBench> = {
  name: 'readers',
  async run({ folder, scale }) {
    const index = await openSearch('sqlite:', { folder: join(folder, 'readers'), log: silentLogger })
    try {
      for (let first = 0; first < scale.indexed; first += BATCH)
        await index.index(
          Array.from({ length: BATCH }, (_, place) => documentOf(first + place, scale.indexed)),
        )
      const rows: Row[] = []
      for (const [what, ask] of Object.entries(QUERIES))
        rows.push(...(await rowsOf(index, `${what} of ${scale.indexed} documents`, ask, scale.searches)))
      return rows
    } finally {
      await index.stop()
    }
  },
}

/** All kinds of readers take turns, so that whatever else the machine does affects each. */
async function rowsOf(
  index: SearchIndex,
  what: string,
  ask: (searches: Searches) => Promise<unknown>,
  times: number,
): Promise<Row[]> {
  const kinds = Object.entries({ all: 'all' as Reach, ...READERS })
  const spent = kinds.map((): number[] => [])
  for (let n = 0; n < times; n++)
    for (const [place, [, reach]] of kinds.entries()) {
      const begun = performance.now()
      await ask(index.within(reach))
      spent[place]!.push(performance.now() - begun)
    }
  const [everybody, ...others] = spent.map(median) as [number, ...number[]]
  return others.map((value, place) => ({
    measure: `${what}, for one who ${kinds[place + 1]![0]}`,
    value,
    unit: 'ms',
    ratio: value / everybody,
    aim: 2,
    detail: `without readers ${everybody.toFixed(2)} ms`,
  }))
}

function documentOf(n: number, count: number): SearchDocument {
  const isReadable = n % Math.floor(count / READABLE) === 0
  const words = [n % 10 === 0 && 'harbor', isReadable && 'zanzibar'].filter(Boolean).join(' ')
  const author = `author${n % OWNERS}@example.com`
  return searchDocument(n, {
    title: `Lease ${n}`,
    created_by: author,
    readers: [
      `email:${author}`,
      'email:every@example.com',
      ...(n % 100 === 0 ? ['person:every'] : []),
      ...(isReadable ? ['email:few@example.com'] : []),
    ],
    content: [{ text: `The tenant gives two weeks of notice ${words} for ${madeWord(n)} ${n}.` }],
  })
}
