import { compare } from './compare.ts'
import { ask, get, readMetric } from './load.ts'
import type { Measurement, Row } from './measurement.ts'
import type { Bench } from './open-bench.ts'
import { percentile } from './table.ts'

/** Two thirds of the documents, a phrase of a few of them, and a word that is misspelled. */
const QUERIES = {
  'a frequent word': 'notice',
  'a phrase': '"two weeks of notice"',
  'a misspelled word': 'walnat',
}

/** Searches with a page of 20 hits and their highlights, one after the other and as load. */
export const search: Measurement<Bench> = {
  name: 'search',
  async run(bench) {
    const { pool, scale } = bench
    const ids = await bench.documents(scale.searched)
    await bench.settled()
    const of = `of ${ids.length} documents`
    const rows: Row[] = []
    for (const [what, q] of Object.entries(QUERIES)) {
      const request = get(`/search?${new URLSearchParams({ q, size: '20' })}`)
      rows.push(
        await compare(bench, { measure: `GET a search for ${what} ${of}`, aim: 25, next: () => request }),
      )
      const latencies: number[] = []
      for (let n = 0; n < scale.searches; n++) {
        const begun = performance.now()
        await ask(pool, request)
        latencies.push(performance.now() - begun)
      }
      rows.push({
        measure: `search for ${what}, p95`,
        value: percentile(latencies, 0.95),
        unit: 'ms',
        aim: 50,
      })
    }
    const size = (await readMetric(pool, 'docmgr_search_index_size_bytes')) / ids.length
    rows.push({ measure: `the index, for each ${of}`, value: size, unit: 'bytes' })
    return rows
  },
}
