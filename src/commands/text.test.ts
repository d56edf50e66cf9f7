import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { pdf, slowPdf } from '../testing/sample-files.ts'
import { withDatabase, withStoppedDatabase } from '../testing/service-database.ts'
import { type ServiceProcess, startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

/** The first extraction starts a process, which takes seconds on a busy machine; a slow text takes all of it, or all memory. */
const SETTINGS = { DOCMGR_LIMITS_EXTRACTION_TIME: '30000' }
const READ_MS = 90_000

const folder = await mkdtemp(join(tmpdir(), 'docmgr-text-'))
const data = await newDataFolder(join(folder, 'data'))
let service: ServiceProcess
TEST_FILE.after(async () => {
  await service.stop()
  await rm(folder, { recursive: true })
})
const start = async (): Promise<void> => void (service = await startServiceProcess(data, SETTINGS))
const client = (...args: string[]) => runCli([...args, '--data', data])

async function create(name: string, bytes: Buffer): Promise<string> {
  const query = `title=${name}&created_by=ada@example.com`
  const headers = { 'content-type': 'application/pdf' }
  const answer = await fetch(`${service.urls.document}/documents?${query}`, {
    method: 'POST',
    headers,
    body: bytes,
  })
  assert.equal(answer.status, 201)
  return ((await answer.json()) as { id: string }).id
}

async function outcomeOf(id: string): Promise<Record<string, unknown>> {
  const read = async () => {
    const answer = await fetch(`${service.urls.document}/documents/${id}`)
    const { text } = (await answer.json()) as { text: Record<string, unknown> }
    return text['state'] !== 'pending' && text
  }
  return eventually(`the text of ${id}`, read, READ_MS)
}

const titlesOf = (json: string): string[] =>
  (JSON.parse(json).documents as { title: string }[]).map(({ title }) => title)

test('a text whose reading is ended by kill -9 is read by the next start, and so are those behind it', async () => {
  await start()
  const slow = await create('slow.pdf', slowPdf(1))
  const behind = await create('behind.pdf', pdf(['A plover runs and stops.', 'It runs again.']))
  await eventually('the text to be read', () =>
    withDatabase(data, async (client) => {
      const { rows } = await client.query('select from texts.queue where document_id = $1 and attempts = 1', [
        slow,
      ])
      return rows.length === 1
    }),
  )
  service.kill('SIGKILL')
  await service.exited
  await start()
  assert.deepEqual(await outcomeOf(behind), { state: 'indexed', pages: 2, language: 'en' })
  // A fast machine may come to its end.
  assert.match(String((await outcomeOf(slow))['state']), /^(failed|empty)$/)
  await fetch(`${service.urls.document}/documents/${slow}`, { method: 'DELETE' })
})

test('text prints what was read, page by page, or why there is none', async () => {
  const [read] = await titles('behind.pdf')
  const printed = await client('text', read!)
  assert.deepEqual(
    [printed.code, printed.stdout],
    [0, '--- page 1 ---\nA plover runs and stops.\n--- page 2 ---\nIt runs again.\n'],
  )
  assert.equal(printed.stderr, 'indexed, 2 pages, en\n')
  const json = await client('text', read!, '--json')
  const parts = [
    { page: 1, text: 'A plover runs and stops.' },
    { page: 2, text: 'It runs again.' },
  ]
  assert.deepEqual(JSON.parse(json.stdout), { state: 'indexed', pages: 2, language: 'en', parts })

  const failed = await create('broken.pdf', Buffer.from('%PDF-1.7 only'))
  await outcomeOf(failed)
  const nothing = await client('text', failed)
  assert.deepEqual([nothing.code, nothing.stdout], [3, ''])
  assert.match(nothing.stderr, /^failed \(.*\w.*\)\n$/)
  const unknown = await client('text', '019aa1b2-0000-7000-8000-00000000dead')
  assert.equal(unknown.code, 1)
})

const titles = async (title: string): Promise<string[]> =>
  JSON.parse((await client('list', '--title', title, '--json')).stdout).map(({ id }: { id: string }) => id)

test('reindex --text has the texts in a state read again', async () => {
  await service.stop()
  const stopped = await client('reindex', '--text', 'failed', '--json')
  assert.deepEqual([stopped.code, stopped.stdout], [0, '{"queued":1}\n'], stopped.stderr)
  assert.match((await client('reindex', '--text', 'indexed')).stdout, /^1 document queued: /)
  assert.equal((await client('reindex', '--text', 'empty', '--json')).stdout, '{"queued":0}\n')
  assert.equal((await client('reindex', '--text', 'pending', '--json')).stdout, '{"queued":2}\n')
  const states = await withStoppedDatabase(data, async (client) => {
    const { rows } = await client.query(
      'select text_state, version from documents.documents where deleted_at is null',
    )
    return rows
  })
  assert.deepEqual(states, Array(2).fill({ text_state: 'pending', version: 1 }))
  await start()
  const [read] = await titles('behind.pdf')
  assert.equal((await outcomeOf(read!))['state'], 'indexed')
})

test('import returns when the texts can be found, and says which could not be read', async () => {
  const files = join(folder, 'files')
  await mkdir(files)
  await writeFile(join(files, 'dipper.pdf'), pdf(['A dipper walks under water.']))
  await writeFile(join(files, 'broken.pdf'), '%PDF-1.7 only')
  await writeFile(join(files, 'picture.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))
  const imported = await client('import', files)
  assert.equal(imported.code, 0, imported.stderr)
  assert.match(imported.stdout, /^texts: 1 read, 1 without text, 1 not readable$/m)
  assert.match(imported.stderr, /^no text read: broken\.pdf: .*\w/m)
  assert.deepEqual(titlesOf((await client('search', '"dipper walks"', '--json')).stdout), ['dipper.pdf'])
  assert.deepEqual(titlesOf((await client('search', 'title:picture', '--json')).stdout), ['picture.png'])
})
