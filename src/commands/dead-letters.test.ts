import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRunning } from '../db/open.ts'
import { openBlobs } from '../ports/blobs/open.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const data = await newDataFolder()
TEST_FILE.after(() => rm(data, { recursive: true }))
const service = await startServiceProcess(data)
TEST_FILE.after(() => service.stop())
const { http } = service.urls
const database = await openRunning({
  folder: join(data, 'postgres'),
  poolSize: 1,
  statementTimeout: 10_000,
  log: silentLogger,
})
TEST_FILE.after(() => database.stop())
const blobs = await openBlobs('file:', { folder: join(data, 'blobs'), database, log: silentLogger })
TEST_FILE.after(() => blobs.stop())
const newId = createUuidV7()

const run = (...args: string[]) => runCli(['dead-letters', ...args, '--data', data])

async function deadLetterMetric(): Promise<number> {
  const text = await (await fetch(`${http}/metrics`)).text()
  return Number(/^docmgr_changes_dead_letters (\d+)$/m.exec(text)![1])
}

interface Letters {
  count: number
  letters: { id: string; document: string; error: string }[]
}

async function listed(...args: string[]): Promise<Letters> {
  const { code, stdout, stderr } = await run('list', '--json', ...args)
  const letters = JSON.parse(stdout) as Letters
  assert.equal(code, letters.count === 0 ? 0 : 3, stderr)
  return letters
}

/** A row whose object is missing, so that its event becomes a dead letter, and its content. */
async function addDamaged(title: string): Promise<{ id: string; restore: () => Promise<unknown> }> {
  const id = newId()
  const content = Buffer.from(`the text of ${title}`)
  const options = { contentType: 'text/plain', maxBytes: 1_000 }
  const restore = () => blobs.put('documents', `${id}/content`, content, options)
  const { size, sha256 } = await restore()
  await blobs.delete('documents', `${id}/content`)
  const count = async () => (await database.pool.query('select from changes.dead_letters')).rowCount!
  const before = await count()
  await database.pool.query(
    `insert into documents.documents (id, title, content_size, content_sha256, s3_key, created_by)
     values ($1, $2, $3, $4, $5, 'ada@example.com')`,
    [id, title, size, sha256, `${id}/content`],
  )
  await eventually('the dead letter', async () => (await count()) > before)
  return { id, restore }
}

async function titlesFound(q: string): Promise<string[]> {
  const answer = await fetch(`${http}/search?q=${encodeURIComponent(q)}`)
  const { documents } = (await answer.json()) as { documents: { title: string }[] }
  return documents.map(({ title }) => title)
}

test('a letter is listed, and seen in readiness, in metrics and by doctor, until a retry projects the newest state', async () => {
  assert.deepEqual(await listed(), { count: 0, letters: [] })
  const { id, restore } = await addDamaged('Osprey old')
  const { letters } = await listed()
  assert.equal(letters.length, 1)
  const [letter] = letters
  assert.equal(letter!.document, id)
  assert.match(letter!.error, /the stored content is damaged: its object is missing/)

  await eventually('the metric', async () => (await deadLetterMetric()) === 1)
  const ready = await fetch(`${http}/health/ready`)
  assert.equal(ready.status, 200)
  const { status, remarks } = (await ready.json()) as { status: string; remarks?: Record<string, string> }
  assert.equal(status, 'ready')
  assert.match(remarks!['changes']!, /^1 dead letters: see `docmgr dead-letters list`/)
  const doctor = await runCli(['doctor', '--data', data])
  assert.equal(doctor.code, 3)
  assert.match(doctor.stdout, /docmgr dead-letters list/)

  const shown = await run('show', letter!.id)
  assert.equal(shown.code, 0)
  assert.match(shown.stdout, new RegExp(`${letter!.id}.*document ${id}`))
  const failed = await run('retry', '--all', '--json')
  assert.deepEqual([failed.code, JSON.parse(failed.stdout).retried], [3, 0])
  assert.equal((await listed()).count, 1)

  await restore()
  // The newest state, not that of the letter.
  await database.pool.query(`update documents.documents set title = 'Osprey new' where id = $1`, [id])
  const retried = await Promise.all([run('retry', '--document', id), run('retry', '--document', id)])
  for (const { code, stderr } of retried) assert.equal(code, 0, stderr)
  assert.deepEqual(await titlesFound('osprey'), ['Osprey new'])
  assert.deepEqual(await titlesFound('"text of osprey"'), ['Osprey new'])
  assert.equal((await listed()).count, 0)
  await eventually('the metric', async () => (await deadLetterMetric()) === 0)
})

test('a retry of a document whose row is gone leaves it deleted', async () => {
  const { id } = await addDamaged('Kestrel')
  await database.pool.query('delete from documents.documents where id = $1', [id])
  const { code, stderr } = await run('retry', '--consumer', 'indexer')
  assert.equal(code, 0, stderr)
  assert.deepEqual([(await listed()).count, await titlesFound('kestrel')], [0, []])
})

test('letters are filtered and dropped', async () => {
  const one = await addDamaged('Merlin one')
  const other = await addDamaged('Merlin other')
  assert.equal((await listed('--document', one.id)).count, 1)
  assert.equal((await listed('--since', '1h')).count, 2)
  assert.equal((await listed('--since', new Date(Date.now() + 60_000).toISOString())).count, 0)
  assert.equal((await listed('--consumer', 'ws')).count, 0)
  const dropped = await run('drop', '--document', other.id, '--json')
  assert.deepEqual([dropped.code, JSON.parse(dropped.stdout)], [0, { dropped: 1 }])
  const { letters } = await listed()
  assert.deepEqual(
    letters.map(({ document }) => document),
    [one.id],
  )
  assert.equal((await run('drop', letters[0]!.id)).code, 0)
  assert.equal((await listed()).count, 0)
})

test('wrong use is refused with what would be right', async () => {
  const cases: [string[], number, RegExp][] = [
    [['retry'], 2, /name the ids of letters, or --all/],
    [['drop'], 2, /name the ids of letters, or --all/],
    [['show'], 2, /name the ids of letters, or --all/],
    [['list', '--since', 'soon'], 2, /--since soon: must be an age such as 90m/],
    [['drop', 'indexer/none'], 1, /there is no dead letter indexer\/none/],
  ]
  for (const [args, code, message] of cases) {
    const result = await run(...args)
    assert.equal(result.code, code, args.join(' '))
    assert.match(result.stderr, message)
  }
})
