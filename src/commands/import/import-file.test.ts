import assert from 'node:assert/strict'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createApi } from '../../client/api.ts'
import { startTestService } from '../../testing/test-service.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { findFiles, type FoundFile } from './find-files.ts'
import { createImporter } from './import-file.ts'

const service = await startTestService({ roles: ['document'] }, TEST_FILE)
const urls = { document: service.url, signature: service.url, search: service.url, ws: service.url }
const { signal } = new AbortController()
const api = createApi(urls, { signal })
TEST_FILE.after(() => api.close())
const folder = await mkdtemp(join(tmpdir(), 'docmgr-import-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

const FILES = 50
const LARGE = 300 * 1024
await Promise.all(
  Array.from({ length: FILES }, (_, number) => {
    // Every fifth one is a copy.
    const text = number % 5 === 0 ? 'The same licence.' : `Contract ${number}`
    return writeFile(join(folder, nameOf(number)), number === 33 ? text.padEnd(LARGE) : text)
  }),
)
const { files } = await findFiles(folder, { hidden: false, signal })

function nameOf(number: number): string {
  return `${String(number).padStart(2, '0')}.md`
}

/** @returns of each file whether it was created, or why not; and the number of requests that looked for documents */
async function importAll(of: readonly FoundFile[], by: string) {
  let requests = 0
  const counted = {
    ...api,
    listDocuments: (...given: Parameters<typeof api.listDocuments>) => {
      requests++
      return api.listDocuments(...given)
    },
  }
  const importer = createImporter(counted, by, of)
  const results: string[] = []
  for (const file of of)
    results.push(
      await importer.importFile(file).then(
        ({ created }) => (created === undefined ? 'exists' : 'created'),
        (error: Error) => error.message,
      ),
    )
  return { results, requests }
}

test('files are looked up together, and each that exists under its name is imported once', async () => {
  const by = 'together@example.com'
  const first = await importAll(files, by)
  assert.deepEqual([new Set(first.results), first.requests], [new Set(['created']), 3])
  const second = await importAll(files, by)
  assert.deepEqual([new Set(second.results), second.requests], [new Set(['exists']), 3])
  const sizes = new Map<string | null, number>()
  for await (const { file_name, content_size } of api.listDocuments({ created_by: by }))
    sizes.set(file_name, content_size!)
  assert.deepEqual([sizes.size, sizes.get('33.md'), sizes.get('34.md')], [FILES, LARGE, 11])
})

test('documents of others with the same contents are others', async () => {
  const { results } = await importAll(files.slice(0, 3), 'other@example.com')
  assert.deepEqual(results, ['created', 'created', 'created'])
})

test('a file that cannot be read fails alone', async () => {
  await rm(join(folder, nameOf(1)))
  await truncate(join(folder, nameOf(2)), 0)
  const { results } = await importAll(files.slice(0, 4), 'alone@example.com')
  assert.match(results[1]!, /ENOENT/)
  assert.deepEqual([results[0], ...results.slice(2)], ['created', 'it is empty', 'created'])
})
