import { join } from 'node:path'
import type { SearchDocument } from '../ports/search/port.ts'
import { createRandom } from '../runtime/seeded-random.ts'
import { openFilledIndex } from './filled-index.ts'
import type { Measurement, Row, SharedBench } from './measurement.ts'
import { madeSentence, searchDocument } from './searched-texts.ts'
import { median, percentile } from './table.ts'

const SIZE = 8

const PREFIXES: Record<string, string> = {
  'one letter': 't',
  'two letters': 'te',
  'a word of many titles': 'contract',
  'two words of titles': 'contract depo',
  'three words of titles': 'the contract of w',
  'the beginning of a word of few': 'mediat',
  'what nothing begins with': 'xylo',
}

/** What is suggested as somebody types, of titles and of words of contents. */
export const suggestions: Measurement<SharedBench> = {
  name: 'suggestions',
  async run({ folder, scale }) {
    const { index } = await openFilledIndex(join(folder, 'suggestions'), titled(scale.titled))
    try {
      const kinds = Object.entries(PREFIXES).map(([what, prefix]) => ({ what, prefix, ms: [] as number[] }))
      for (let n = 0; n <= scale.searches; n++)
        for (const { prefix, ms } of kinds) {
          const begun = performance.now()
          await index.within('all').suggest(prefix, SIZE)
          if (n > 0) ms.push(performance.now() - begun)
        }
      return kinds.map(({ what, ms }): Row => ({
        measure: `suggestions for ${what} of ${scale.titled} documents, p95`,
        value: percentile(ms, 0.95),
        unit: 'ms',
        aim: 20,
        detail: `p50 ${median(ms).toFixed(2)} ms`,
      }))
    } finally {
      await index.stop()
    }
  },
}

function* titled(count: number): Generator<SearchDocument> {
  for (let n = 0; n < count; n++) {
    const random = createRandom(n)
    yield searchDocument(n, {
      title: madeSentence(5, random),
      content: [{ text: madeSentence(12, random) }],
    })
  }
}
