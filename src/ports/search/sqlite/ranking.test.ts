import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleSearchDocument as sample } from '../../../testing/sample-documents.ts'
import { openTestSearch } from '../../../testing/search-index.ts'

const FIRST = Date.UTC(2026, 0, 1)
const at = (day: number): string => new Date(FIRST + day * 86_400_000).toISOString()
const FILLER = 'The parties have agreed on all of this after long talks. '.repeat(20)

/** The newer the later: without a better reason, the last would be the first. */
const DOCUMENTS = [
  sample({ title: 'near', content: `${FILLER} Our terms and conditions apply. ${FILLER}` }),
  sample({
    title: 'apart',
    content: `Under no conditions. ${FILLER} ${FILLER} These are the terms of delivery, and others.`,
  }),
  sample({ title: 'Copyright of the photographs', content: FILLER.repeat(5) }),
  sample({
    title: 'about',
    content: `${FILLER} Copyright and copyright notices: what copyright protects. ${'The copyright holder has the copyright. '.repeat(10)} ${FILLER}`,
  }),
  sample({ title: 'short', content: 'Copyright 2020.' }),
].map((document, day) => ({ ...document, created_at: at(day) }))

test('nearness, the title and frequency count more than the age', async (t) => {
  const index = await openTestSearch()
  t.after(() => index.stop())
  await index.index(DOCUMENTS)
  const titles = async (q: string): Promise<string[]> => {
    const { documents } = await index.within('all').search({ q, filters: {}, from: 0, size: 50 })
    return documents.map(({ title }) => title)
  }
  for (const q of ['terms and conditions', 'terms conditions'])
    assert.deepEqual(await titles(q), ['near', 'apart'], q)
  assert.deepEqual(await titles('copyright'), ['Copyright of the photographs', 'about', 'short'])
})
