import { join } from 'node:path'
import type { SearchDocument, SearchIndex } from '../ports/search/port.ts'
import { createRandom } from '../runtime/seeded-random.ts'
import { type FilledIndex, openFilledIndex } from './filled-index.ts'
import type { Measurement, Row, SharedBench } from './measurement.ts'
import { realPages } from './real-pages.ts'
import { madePage, searchDocument } from './searched-texts.ts'
import { median, percentile } from './table.ts'
import { prose } from './texts.ts'

const PAGES = 20
const HITS = 20
/** UTF-16 code units of a small document. */
const SMALL_UNITS = 700
const RARE = 10

/** What each document of 20 pages has on one of them. */
const PLANTED = 'Either side ends it with two weeks of notice'

const QUERIES: Record<string, { q: string; status?: 'sent' }> = {
  'a word of ten documents': { q: 'zanzibar' },
  'a word of all': { q: 'signature' },
  'a word of all and a filter': { q: 'signature', status: 'sent' },
  'two words': { q: 'deposit goods' },
  'three words': { q: 'deposit goods walnut' },
  'a phrase of all': { q: '"two weeks of notice"' },
  'a phrase of ten': { q: '"isle of zanzibar"' },
}

/** Searches of documents of 20 pages, and the size of the index of those and of small ones. */
export const pages: Measurement<SharedBench> = {
  name: 'pages',
  async run({ folder, scale }) {
    const { index, bytes } = await openFilledIndex(join(folder, 'pages'), longDocuments(scale.long))
    try {
      const what = `of ${scale.long} documents of ${PAGES} pages`
      const rows = await rowsOf(index, what, scale.searches)
      const real = documentsOf(await realPages(scale.long * PAGES))
      return [
        ...rows,
        sizeRow(
          `of ${real.length} documents of ${PAGES} pages that people wrote`,
          await sizeOf('real', real),
          1.5,
        ),
        sizeRow(what, bytes),
        sizeRow(`of ${scale.searched} small ones`, await sizeOf('small', smallDocuments(scale.searched))),
      ]
    } finally {
      await index.stop()
    }

    async function sizeOf(name: string, documents: Iterable<SearchDocument>): Promise<FilledIndex['bytes']> {
      const filled = await openFilledIndex(join(folder, name), documents)
      await filled.index.stop()
      return filled.bytes
    }
  },
}

/** The queries take turns. CPU is that of all threads of the process. */
async function rowsOf(index: SearchIndex, what: string, times: number): Promise<Row[]> {
  const kinds = Object.entries(QUERIES).map(([name, query]) => ({
    name,
    query,
    ms: [] as number[],
    cpu: [] as number[],
  }))
  // The first round, which reads the file and compiles the program, does not count.
  for (let n = 0; n <= times; n++)
    for (const { query, ms, cpu } of kinds) {
      const { q, ...filters } = query
      const before = process.cpuUsage()
      const begun = performance.now()
      const { documents } = await index.within('all').search({ q, filters, from: 0, size: HITS })
      const spent = performance.now() - begun
      const { user, system } = process.cpuUsage(before)
      if (documents.length === 0) throw new Error(`${q} finds nothing`)
      if (n === 0) continue
      ms.push(spent)
      cpu.push((user + system) / 1_000)
    }
  return kinds.flatMap(({ name, ms, cpu }): Row[] => [
    {
      measure: `CPU of a search for ${name} ${what}`,
      value: cpu.reduce((sum, value) => sum + value, 0) / cpu.length,
      unit: 'ms',
      aim: 5,
      detail: `p50 ${median(ms).toFixed(1)} ms`,
    },
    { measure: `search for ${name} ${what}, p95`, value: percentile(ms, 0.95), unit: 'ms', aim: 50 },
  ])
}

/**
 * Only the texts of people have an aim. The made ones have three times as many different words as theirs, in no order, so that
 * their index has more postings, and repeats nothing that compression would find.
 */
const sizeRow = (what: string, { file, text }: FilledIndex['bytes'], aim?: number): Row => ({
  measure: `the index ${what}`,
  value: file,
  unit: 'bytes',
  ratio: file / text,
  ...(aim === undefined
    ? { detail: `of ${text} bytes of made text` }
    : { aim, detail: `of ${text} bytes of text` }),
})

function* longDocuments(count: number): Generator<SearchDocument> {
  const rareEvery = Math.floor(count / RARE)
  for (let n = 0; n < count; n++) {
    const random = createRandom(n)
    const planted = n % rareEvery === 0 ? `${PLANTED} on the isle of Zanzibar` : PLANTED
    const place = random.whole(0, PAGES - 1)
    yield searchDocument(n, {
      title: `Contract ${n}`,
      content: Array.from({ length: PAGES }, (_, page) => ({
        page: page + 1,
        text: madePage(random, page === place ? planted : undefined),
      })),
    })
  }
}

/** Documents of the pages, as many as have all of theirs. */
const documentsOf = (pages: readonly string[]): SearchDocument[] =>
  Array.from({ length: Math.floor(pages.length / PAGES) }, (_, n) =>
    searchDocument(n, {
      title: `Contract ${n}`,
      content: pages.slice(n * PAGES, (n + 1) * PAGES).map((text, place) => ({ page: place + 1, text })),
    }),
  )

function* smallDocuments(count: number): Generator<SearchDocument> {
  for (let n = 0; n < count; n++)
    yield searchDocument(n, { title: `Agreement ${n}`, content: [{ text: prose(SMALL_UNITS) }] })
}
