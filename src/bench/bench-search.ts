/**
 * What searches find. Prints shares by format and language, and false hits; exit code 1 below the limits of
 * search/tally.ts.
 *
 *   npm run bench:search [-- --stack | --search=URL] [-- --json]
 *   npm run bench:search -- --corpus FOLDER… [--files N] [--words N] [--seed S]
 *
 * Without --corpus: made files in many languages, of all formats and encodings, with questions whose answers are known.
 * --corpus: real files, N of each format and language, compared with what pdftotext, pandoc and lxml read of them.
 * --stack: on Elasticsearch (`docker/native/stack up elasticsearch`, `docker/native/stack env`). --search: another
 * `search.url`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startServiceProcess } from '../testing/service-process.ts'
import { askCorpus } from './search/ask-corpus.ts'
import { askMadeFiles } from './search/ask-made-files.ts'
import { createServiceClient } from './search/service-client.ts'
import { createTally } from './search/tally.ts'

const { values: options } = parseArgs({
  options: {
    stack: { type: 'boolean' },
    search: { type: 'string' },
    json: { type: 'boolean' },
    corpus: { type: 'string', multiple: true },
    files: { type: 'string', default: '2' },
    words: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
})
const search = options.stack ? `elasticsearch:${process.env['ELASTICSEARCH_URL']}` : options.search

const folder = await mkdtemp(join(tmpdir(), 'docmgr-bench-'))
const env = {
  ...(search !== undefined && { DOCMGR_SEARCH_URL: search }),
  // What is read is measured here, and not how fast: on a busy machine a long PDF would be cut.
  DOCMGR_LIMITS_EXTRACTION_TIME: '120000',
}
const service = await startServiceProcess(join(folder, 'data'), env)
const tally = createTally()
try {
  const client = createServiceClient(service.urls.http)
  if (options.corpus === undefined) await askMadeFiles(client, tally)
  else {
    const words = Number(options.words)
    await askCorpus(client, tally, {
      folders: options.corpus,
      filesOfEach: Number(options.files),
      limits: { words, phrases: words / 10, identifiers: words / 20 },
      seed: options.seed,
    })
  }
} finally {
  await service.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}
process.stdout.write(`${options.json ? JSON.stringify(tally.result(), null, 2) : tally.table()}\n`)
const problems = tally.problems()
if (problems.length > 0) {
  process.stderr.write(`\nbelow the limits:\n${problems.map((problem) => `  ${problem}\n`).join('')}`)
  process.exitCode = 1
}
