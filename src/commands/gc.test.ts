import assert from 'node:assert/strict'
import { readdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openBlobs } from '../ports/blobs/open.ts'
import { openRunning } from '../db/open.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { runCli } from '../testing/cli.ts'
import { withoutTriggers } from '../testing/damages/target.ts'
import { eventually } from '../testing/deadline.ts'
import { ADDED_EXPIRED, addExpiring, NOT_EXPIRED } from '../testing/expired-rows.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { openIndexBeside } from '../testing/search-index.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const data = await newDataFolder()
TEST_FILE.after(() => rm(data, { recursive: true }))
const service = await startServiceProcess(data)
TEST_FILE.after(() => service.stop())
const database = await openRunning({
  folder: join(data, 'postgres'),
  poolSize: 2,
  statementTimeout: 10_000,
  log: silentLogger,
})
TEST_FILE.after(() => database.stop())
const blobs = await openBlobs('file:', { folder: join(data, 'blobs'), database, log: silentLogger })
TEST_FILE.after(() => blobs.stop())
const { pool } = database
const index = await openIndexBeside(data)
const newId = createUuidV7()

async function create(title: string): Promise<string> {
  const body = { title, content: 'kept', created_by: 'ada@example.com' }
  const headers = { 'content-type': 'application/json' }
  const options = { method: 'POST', headers, body: JSON.stringify(body) }
  return ((await (await fetch(`${service.urls.http}/documents`, options)).json()) as { id: string }).id
}

async function gc(...args: string[]) {
  const { code, stdout, stderr } = await runCli(['gc', '--json', ...args, '--data', data])
  assert.equal(code, 0, stderr)
  const report = JSON.parse(stdout) as {
    count: number
    objects: { key: string }[]
    expired: Record<string, number>
    tombstones: number
  }
  return { ...report, stderr }
}

/** Makes every object look two days old. */
async function age(): Promise<void> {
  const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000)
  for (const entry of await readdir(join(data, 'blobs'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), twoDaysAgo, twoDaysAgo)
}

test('gc removes old objects that no row names, beside a service, and nothing else', async () => {
  const id = await create('Dunlin')
  const plain = { contentType: 'text/plain', maxBytes: 100 }
  const [old, inTable, young] = [`${newId()}/content`, `${newId()}/content`, `${newId()}/content`]
  await blobs.put('documents', old, Buffer.from('old'), plain)
  await age()
  await pool.query(
    `insert into blobs.objects (bucket, key, bytes, stored_at) values ('documents', $1, 'old', now() - interval '2 days')`,
    [inTable],
  )
  await pool.query(`update blobs.objects set stored_at = now() - interval '2 days'`)
  await blobs.put('documents', young, Buffer.from('young'), plain)

  const planned = await gc('--dry-run')
  assert.deepEqual(
    [planned.count, planned.objects.map(({ key }) => key).toSorted()],
    [2, [old, inTable].toSorted()],
  )
  for (const key of [old, inTable]) assert.equal(await blobs.size('documents', key), 3)
  assert.equal((await gc()).count, 2)
  for (const key of [old, inTable]) assert.equal(await blobs.size('documents', key), undefined)
  assert.equal(await blobs.size('documents', young), 5)
  assert.equal(await blobs.size('documents', `${id}/content`), 4)
  assert.equal((await gc()).count, 0)
})

/** The documents of the index among these. */
async function indexed(...ids: string[]): Promise<{ id: string; deleted: boolean }[]> {
  const stored = await index.stored(ids)
  return ids.flatMap((id) => {
    const document = stored.get(id)
    return document === undefined ? [] : [{ id, deleted: document.deleted }]
  })
}

const verified = async (): Promise<unknown> => {
  const { stdout } = await runCli(['verify', '--json', '--data', data])
  return (JSON.parse(stdout) as { damages: unknown[] }).damages
}

test('gc removes the tombstones of long ago beside a service, and what writes one again brings no document back', async () => {
  const ids = [await create('Ruff gone'), await create('Ruff going'), await create('Ruff')] as const
  const [old, recent, kept] = ids
  for (const id of [old, recent]) await fetch(`${service.urls.http}/documents/${id}`, { method: 'DELETE' })
  await eventually('tombstones', async () => (await indexed(old, recent)).every(({ deleted }) => deleted))
  const longAgo = "update documents.documents set deleted_at = now() - interval '49 hours' where id = $1"
  await withoutTriggers({ pool }, [[longAgo, [old]]])

  assert.equal((await gc('--dry-run')).tombstones, 1)
  assert.equal((await indexed(old)).length, 1)
  assert.equal((await gc()).tombstones, 1)
  const left = [
    { id: recent, deleted: true },
    { id: kept, deleted: false },
  ]
  assert.deepEqual(await indexed(...ids), left)
  assert.deepEqual(await verified(), [])

  const event = { topic: 'cdc.documents', key: old, value: { op: 'c', after: { id: old, version: 1 } } }
  await pool.query(
    "insert into changes.dead_letters (consumer, position, event, error) values ('indexer', 'p', $1, 'late')",
    [JSON.stringify({ ...event, position: 'p' })],
  )
  const { code, stderr } = await runCli(['dead-letters', 'retry', '--all', '--data', data])
  assert.equal(code, 0, stderr)
  assert.deepEqual(await indexed(...ids), [{ id: old, deleted: true }, ...left])
  assert.deepEqual(await verified(), [])
  const found = await (await fetch(`${service.urls.http}/search?q=ruff`)).json()
  assert.deepEqual(
    (found as { documents: { id: string }[] }).documents.map(({ id }) => id),
    [kept],
  )
  assert.equal((await gc()).tombstones, 1)
  assert.deepEqual(await indexed(...ids), left)
})

test('gc counts and removes what has expired, and nothing that has not', async () => {
  const left = await addExpiring(pool)
  const all = await left()
  assert.deepEqual((await gc('--dry-run')).expired, ADDED_EXPIRED)
  assert.deepEqual(await left(), all)
  const { code, stdout } = await runCli(['gc', '--data', data])
  assert.equal(code, 0)
  const removed = 'of what has expired 1,002 idempotency keys, 2 sessions, 2 login links;'
  assert.ok(stdout.includes(removed), stdout)
  assert.deepEqual(await left(), NOT_EXPIRED)
  assert.deepEqual((await gc()).expired, { idempotency_keys: 0, sessions: 0, login_links: 0 })
})

test('commands that remove what no row names refuse an embedded database beside data of others', async () => {
  const settings = [
    { DOCMGR_BLOBS_URL: 's3:http://127.0.0.1:9' },
    { DOCMGR_SEARCH_URL: 'elasticsearch:http://127.0.0.1:9' },
    { DOCMGR_CHANGES_URL: 'kafka://127.0.0.1:9', DOCMGR_SEARCH_URL: 'elasticsearch:http://127.0.0.1:9' },
  ]
  const commands = [['gc'], ['verify', '--repair'], ['dead-letters', 'retry', '--all']]
  for (const [number, env] of settings.entries()) {
    const { code, stderr } = await runCli([...commands[number]!, '--data', data], { env })
    assert.equal(code, 2, stderr)
    assert.match(stderr, /database\.url = "embedded:".*set database\.url to postgres:/s)
  }
})

test('a grace time that is shorter than an upload may take is refused', async () => {
  const { code, stderr } = await runCli(['gc', '--grace', '5', '--data', data])
  assert.equal(code, 2)
  assert.match(stderr, /--grace 5: must be a whole number from 60 to/)
})

test('tombstones stay while nobody reads the feed', async () => {
  const id = await create('Whimbrel')
  await fetch(`${service.urls.http}/documents/${id}`, { method: 'DELETE' })
  const longAgo = "update documents.documents set deleted_at = now() - interval '49 hours' where id = $1"
  await withoutTriggers({ pool }, [[longAgo, [id]]])
  await eventually('a tombstone', async () => (await indexed(id))[0]?.deleted)
  await database.stop()
  await index.stop()
  await service.stop()
  assert.equal((await gc('--dry-run')).tombstones, 1)
  const { tombstones, stderr } = await gc()
  assert.equal(tombstones, 0)
  assert.match(stderr, /^old tombstones stay in the search index: .* replication slot docmgr are not done$/m)
})
