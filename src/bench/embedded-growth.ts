import { join } from 'node:path'
import { connectionOfRunning } from '../db/embedded/running-server.ts'
import { cpuOf } from '../testing/cpu.ts'
import { growth } from './growth-measurement.ts'
import { readMetric } from './load.ts'
import { openBench } from './open-bench.ts'

/** At 1,000,000 documents, in milliseconds of CPU. */
const GROWING = {
  'list, a total of more than 10,000': 'counts to 10,000',
  'list, a part of a file name': 'looks at all names with its trigrams: 20 ms',
  'search, a frequent and a rare word': 'looks for the rare one among all documents with the other: 25 ms',
  'search, a phrase of none, of frequent words': 'looks at all passages with its words: 50 ms',
  'search, a frequent word of a frequent status':
    'looks up the status of each document with the word: 350 ms',
  'suggestions for a frequent word': 'opens its words in more segments of the index: 4 ms',
  'suggestions for two words': 'opens their words in more segments of the index: 2 ms',
}

/** Of one process with all roles, on `sqlite:`. */
export const embeddedGrowth = growth({
  growing: GROWING,
  async open(scale) {
    const { pool, folder, service, stop } = await openBench(scale)
    return {
      pool,
      database: await connectionOfRunning(join(folder, 'data', 'postgres')),
      isIndexed: async () => (await readMetric(pool, 'docmgr_changes_lag_bytes')) === 0,
      cpu: () => cpuOf(service.pid),
      stop,
    }
  },
})
