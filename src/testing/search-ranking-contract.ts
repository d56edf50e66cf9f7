/** In which order every search adapter gives its hits. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'

const FIRST = Date.UTC(2026, 0, 1)
const at = (day: number): string => new Date(FIRST + day * 86_400_000).toISOString()
const FILLER = 'The parties have agreed on all of this after long talks. '.repeat(20)
const OTHERS = 20

/** The newer the later: without a better reason, the last would be the first. */
const DOCUMENTS = [
  sample({ title: 'near', content: `${FILLER} Our terms and conditions apply. ${FILLER}` }),
  sample({
    title: 'apart',
    content: `Under no conditions. ${FILLER} ${FILLER} These are the terms of delivery, and others.`,
  }),
  sample({ title: 'both', content: `${FILLER} A zanzibarian customs form. ${FILLER}` }),
  sample({ title: 'rare', content: `${FILLER} A zanzibarian customs office. ${FILLER}`, status: 'signed' }),
  sample({ title: 'common', content: `${FILLER} A declaration form. ${FILLER}` }),
  sample({ title: 'Copyright of the photographs', content: FILLER.repeat(5) }),
  sample({
    title: 'about',
    content: `${FILLER} Copyright and copyright notices: what copyright protects. ${'The copyright holder has the copyright. '.repeat(10)} ${FILLER}`,
  }),
  sample({ title: 'short', content: 'Copyright 2020.' }),
  ...Array.from({ length: OTHERS }, (_, n) =>
    sample({ title: `Sheet ${n}`, content: `${FILLER} Form of declaration. ${FILLER}` }),
  ),
  sample({ title: 'signed', content: FILLER, status: 'signed' }),
].map((document, day) => ({ ...document, created_at: at(day) }))
const NEWEST = `Sheet ${OTHERS - 1}`

/** query → the first hits */
const ORDER: [q: string, titles: string[]][] = [
  ['terms and conditions', ['near', 'apart']],
  ['terms conditions', ['near', 'apart']],
  ['copyright', ['Copyright of the photographs', 'about', 'short']],
  ['form', [NEWEST]],
  ['zanzibarian OR form', ['both', 'rare', NEWEST]],
  ['form OR zanzibarian', ['both', 'rare', NEWEST]],
  ['agreed zanzibarian OR form', ['both', 'rare', NEWEST]],
  ['form OR zanzibarian OR office', ['rare', 'both', NEWEST]],
  ['form OR "zanzibarian customs"', ['both', 'rare', NEWEST]],
  ['zanzibarian OR status:signed', ['rare', 'both', 'signed']],
]

/** @param open returns an empty index, which is stopped here */
export function searchRankingContract(open: () => Promise<SearchIndex>): void {
  void test('the title, nearness, frequency, and rare words count more than the age', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    await index.index(DOCUMENTS)
    const titles = async (q: string): Promise<string[]> => {
      const { documents } = await index.within('all').search({ q, filters: {}, from: 0, size: 50 })
      return documents.map(({ title }) => title)
    }
    await eventually('the documents', async () => (await titles('parties')).length === DOCUMENTS.length - 1)
    for (const [q, first] of ORDER) assert.deepEqual((await titles(q)).slice(0, first.length), first, q)
  })
}
