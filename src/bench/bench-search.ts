/**
 * What searches find: made files in many languages and all formats and encodings go through the whole service, and
 * questions with known answers are asked. Prints recall by language and by format, and false hits.
 *
 *   npm run bench:search [-- --stack | --search=URL] [-- --json]
 *
 * --stack: on Elasticsearch (`docker/native/stack up elasticsearch`, `docker/native/stack env`). --search: another
 * `search.url`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LANGUAGE_SAMPLES, type LanguageSample } from '../testing/language-samples.ts'
import { type ServiceProcess, startServiceProcess } from '../testing/service-process.ts'
import { until } from './load.ts'
import { madeFiles } from './search/made-files.ts'
import { createTally } from './search/tally.ts'

const { values: options } = parseArgs({
  options: { stack: { type: 'boolean' }, search: { type: 'string' }, json: { type: 'boolean' } },
})
const search = options.stack ? `elasticsearch:${process.env['ELASTICSEARCH_URL']}` : options.search
/** The largest page of a search; a language has fewer files. */
const SIZE = 100

interface Question {
  kind: 'word' | 'phrase' | 'identifier' | 'exclusion'
  q: string
  /** whether files and decoys of the language must be found */
  files: boolean
  decoys: boolean
}

/** Words in other forms are found in the files and in decoys, which have the same words in another order. */
function questionsOf({ words, phrase, noPhrase }: LanguageSample): Question[] {
  return [
    ...words.map((q): Question => ({ kind: 'word', q, files: true, decoys: true })),
    { kind: 'phrase', q: `"${phrase}"`, files: true, decoys: false },
    { kind: 'phrase', q: `"${noPhrase}"`, files: false, decoys: true },
    { kind: 'exclusion', q: `-"${phrase}"`, files: false, decoys: true },
    { kind: 'exclusion', q: `-"${noPhrase}"`, files: true, decoys: false },
    ...['5(a)', '"5(a)"', '2,450.17', '"Exhibit A"', 'REF-2024-0017', 'a@x.example.org'].map(
      (q): Question => {
        return { kind: 'identifier', q, files: true, decoys: false }
      },
    ),
    ...['2450', 'DE89370400440532013000', 'DE89 3704 0044 0532 0130 00', '0301234567'].map((q): Question => {
      return { kind: 'identifier', q, files: true, decoys: true }
    }),
  ]
}

const AMOUNTS = 'IBAN DE89 3704 0044 0532 0130 00, +49 (030) 123 45 67.'
const ofFile = ({ text }: LanguageSample): string =>
  `${text} Exhibit A, 5(a), REF-2024-0017: 2,450.17, a@x.example.org. ${AMOUNTS}`
const ofDecoy = ({ text, phrase, noPhrase }: LanguageSample): string =>
  `${text.replace(phrase, noPhrase)} Exhibit B, 5(b), REF-2024-0018: 2,450.18, b@x.example.org. A: ${AMOUNTS}`

const folder = await mkdtemp(join(tmpdir(), 'docmgr-bench-'))
const env = search === undefined ? {} : { DOCMGR_SEARCH_URL: search }
const service = await startServiceProcess(join(folder, 'data'), env)
try {
  process.stdout.write(`${await measure(service)}\n`)
} finally {
  await service.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

async function measure({ urls }: ServiceProcess): Promise<string> {
  async function upload(title: string, author: string, contentType: string, bytes: Buffer): Promise<void> {
    const response = await fetch(
      `${urls.http}/documents?${new URLSearchParams({ title, created_by: author })}`,
      {
        method: 'POST',
        headers: { 'content-type': contentType, 'content-disposition': 'attachment' },
        body: new Uint8Array(bytes),
      },
    )
    if (response.status !== 201) throw new Error(`${title}: ${response.status} ${await response.text()}`)
  }
  async function ask(
    parameters: Record<string, string>,
  ): Promise<{ total: number; documents: { title: string }[] }> {
    const response = await fetch(`${urls.http}/search?${new URLSearchParams(parameters)}`)
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
    return (await response.json()) as { total: number; documents: { title: string }[] }
  }
  const total = async (q: string): Promise<number> => (await ask({ q })).total
  async function titles(q: string, created_by: string): Promise<string[]> {
    return (await ask({ q, created_by, size: String(SIZE) })).documents.map(({ title }) => title)
  }

  const files = LANGUAGE_SAMPLES.map((sample) => ({
    ...sample,
    author: `${sample.language}@example.com`,
    files: madeFiles(sample.language, ofFile(sample)),
  }))
  for (const { author, files: made, ...sample } of files) {
    // A title says nothing of the text: the number of the file.
    for (const [number, { contentType, bytes }] of made.entries())
      await upload(`${number}`, author, contentType, bytes)
    await upload('decoy', author, 'text/plain', Buffer.from(ofDecoy(sample)))
  }
  const expected = files.reduce((sum, { files: made }) => sum + made.length + 1, 0)
  // What is not there after a minute counts as missed.
  await until('all files to be found', 500, async () => (await total('0301234567')) === expected).catch(
    (error: Error) => process.stderr.write(`${error.message}\n`),
  )

  const tally = createTally()
  for (const { author, files: made, ...sample } of files)
    for (const { kind, q, files: expectsFiles, decoys } of questionsOf(sample)) {
      const found = new Set(await titles(q, author))
      for (const [number, { format }] of made.entries())
        tally.count(
          { language: sample.language, format, kind, q, expected: expectsFiles },
          found.has(`${number}`),
        )
      tally.count(
        { language: sample.language, format: 'decoy', kind, q, expected: decoys },
        found.has('decoy'),
      )
    }
  return options.json ? JSON.stringify(tally.result(), null, 2) : tally.table()
}
