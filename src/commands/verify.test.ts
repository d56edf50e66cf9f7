import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRunning } from '../db/open.ts'
import { pageKey } from '../domain/content-key.ts'
import { openBlobs } from '../ports/blobs/open.ts'
import type { Bucket } from '../ports/blobs/port.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { openIndexBeside } from '../testing/search-index.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkM9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const LARGE = 2_000_000

const data = await newDataFolder()
TEST_FILE.after(() => rm(data, { recursive: true }))
const service = await startServiceProcess(data)
TEST_FILE.after(() => service.stop())
const { http } = service.urls
const log = silentLogger
const folder = join(data, 'postgres')
const database = await openRunning({ folder, poolSize: 1, statementTimeout: 10_000, log })
TEST_FILE.after(() => database.stop())
const blobs = await openBlobs('file:', { folder: join(data, 'blobs'), database, log })
TEST_FILE.after(() => blobs.stop())
const index = await openIndexBeside(data)
const newId = createUuidV7()
const sql = (text: string, values: unknown[] = []) => database.pool.query(text, values)

async function post(path: string, body: object): Promise<{ id: string }> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(http + path, { method: 'POST', headers, body: JSON.stringify(body) })
  assert.equal(response.status, 201)
  return (await response.json()) as { id: string }
}

const createDocument = (content: string) =>
  post('/documents', { title: 'Lapwing', content, created_by: 'ada@example.com' })

async function sign(): Promise<{ id: string; documentId: string }> {
  const { id } = await createDocument('to be signed')
  const signer = { signer_email: 'bob@example.com', signer_name: 'Bob' }
  const signature = await post('/signatures', { document_id: id, ...signer, signature_data: PNG })
  return { id: signature.id, documentId: id }
}

interface Report {
  checked: Record<string, number>
  found: number
  repaired: number
  left: number
  kinds: Record<string, { found: number; repaired: number }>
  damages: { kind: string; subject: string; detail: string; repaired: boolean }[]
}

async function verify(...args: string[]): Promise<Report> {
  const { code, stdout, stderr } = await runCli(['verify', '--json', '--grace', '0', ...args, '--data', data])
  assert.ok(code === 0 || code === 3, stderr)
  const report = JSON.parse(stdout) as Report
  assert.equal(code, report.left === 0 ? 0 : 3, stdout)
  return report
}

const found = ({ damages }: Report, repaired?: boolean): string[] =>
  damages
    .filter((damage) => repaired === undefined || damage.repaired === repaired)
    .map(({ kind, subject }) => `${kind} ${subject}`)
    .toSorted()

async function replace(bucket: Bucket, key: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of (await blobs.get(bucket, key))!) chunks.push(chunk as Buffer)
  await blobs.put(bucket, key, change(Buffer.concat(chunks)), { contentType: 'x/y', maxBytes: LARGE })
}

const flip = (bytes: Buffer): Buffer => {
  bytes[bytes.length >> 1]! ^= 1
  return bytes
}

/** Damages what is made of the rows: the index and the counters. @param stray the id of no document */
async function damageTables(ids: string[], stray: string): Promise<void> {
  const stored = await index.stored(ids)
  const [missing, older, newer] = [4, 5, 6].map((n) => stored.get(ids[n]!)!)
  await index.forget([missing!, older!, newer!])
  await index.index([
    { ...older!, version: 0, content: [] },
    { ...newer!, version: 99, content: [] },
    { ...stored.get(ids[7]!)!, id: stray, content: [] },
  ])
  await sql(
    `insert into documents.views values ($1, 5, 3) on conflict (document_id) do update set "unique" = 3`,
    [ids[8]],
  )
  await sql(`insert into documents.viewers values ($1, '\\x01'), ($1, '\\x02')`, [ids[9]])
}

/** Damages of every kind, and what verify should say of each. */
async function inflict(): Promise<{ repairable: string[]; others: string[]; undo: () => Promise<void> }> {
  const documents = await Promise.all(Array.from({ length: 10 }, (_, n) => createDocument(`text ${n}`)))
  const ids = documents.map(({ id }) => id)
  const large = await createDocument(randomBytes(LARGE / 2 - 100).toString('hex'))
  const signatures = await Promise.all([sign(), sign(), sign()])
  const made = [...ids, large.id, ...signatures.map(({ documentId }) => documentId)]
  await eventually('the index', async () => (await index.versions(made)).size === made.length)
  const key = (n: number): string => `${ids[n]}/content`
  const image = (n: number): string => `${signatures[n]!.id}/signature.png`
  const saved: [Bucket, string, Buffer][] = []
  const damage = async (bucket: Bucket, name: string, change?: (bytes: Buffer) => Buffer): Promise<void> => {
    await replace(bucket, name, (bytes) => {
      saved.push([bucket, name, Buffer.from(bytes)])
      return bytes
    })
    if (change) await replace(bucket, name, change)
    else await blobs.delete(bucket, name)
  }
  await damage('documents', key(0))
  await damage('documents', key(1), flip)
  await damage('documents', key(2), (bytes) => bytes.subarray(1))
  await damage('documents', key(3), (bytes) => Buffer.concat([bytes, bytes]))
  await damage('documents', `${large.id}/content`, flip)
  await damage('signatures', image(0))
  await damage('signatures', image(1), flip)
  const stray = newId()
  const options = { contentType: 'x/y', maxBytes: 10 }
  await blobs.put('documents', `${stray}/content`, Buffer.from('stray'), options)
  await blobs.put('documents', 'odd.key', Buffer.from('stray'), options)
  await blobs.put('signatures', `${stray}/signature.png`, Buffer.from('stray'), options)
  await blobs.put('previews', pageKey('0'.repeat(64), 'page-1-at-2'), Buffer.from('stray'), options)
  await damageTables(ids, stray)
  await sql('update signatures.signatures set document_id = $2 where id = $1', [signatures[2]!.id, stray])
  return {
    repairable: [
      `index-missing ${ids[4]}`,
      `index-newer ${ids[6]}`,
      `index-older ${ids[5]}`,
      `index-without-row ${stray}`,
      `view-counter ${ids[8]}`,
      `view-counter ${ids[9]}`,
    ].toSorted(),
    others: [
      ...[0, 1, 2, 3].map((n) => `content ${ids[n]}`),
      `content ${large.id}`,
      `image ${signatures[0]!.id}`,
      `image ${signatures[1]!.id}`,
      `object-without-row documents/${stray}/content`,
      'object-without-row documents/odd.key',
      `object-without-row previews/${pageKey('0'.repeat(64), 'page-1-at-2')}`,
      `object-without-row signatures/${stray}/signature.png`,
      `signature-without-document ${signatures[2]!.id}`,
      `signed-without-signature ${signatures[2]!.documentId}`,
    ].toSorted(),
    async undo() {
      for (const [bucket, name, bytes] of saved)
        await blobs.put(bucket, name, bytes, { contentType: 'x/y', maxBytes: LARGE })
      await blobs.delete('documents', `${stray}/content`)
      await blobs.delete('documents', 'odd.key')
      await blobs.delete('previews', pageKey('0'.repeat(64), 'page-1-at-2'))
      await blobs.delete('signatures', `${stray}/signature.png`)
      const { id, documentId } = signatures[2]!
      await sql('update signatures.signatures set document_id = $2 where id = $1', [id, documentId])
    },
  }
}

test('verify finds every damage beside a service, repairs what can be rebuilt, and then finds nothing', async () => {
  assert.deepEqual(found(await verify()), [])
  const { repairable, others, undo } = await inflict()
  assert.deepEqual(found(await verify()), [...repairable, ...others].toSorted())

  const repaired = await verify('--repair')
  assert.deepEqual(found(repaired, true), repairable)
  assert.deepEqual(found(repaired, false), others)
  assert.deepEqual([repaired.repaired, repaired.left], [repairable.length, others.length])
  assert.deepEqual(found(await verify('--repair')), others)

  await undo()
  await verify('--repair')
  const { found: count, checked } = await verify()
  assert.equal(count, 0)
  assert.ok(checked['contents']! >= 15 && checked['objects']! >= 15 && checked['index']! >= 14)
})

test('verify beside writers reports nothing that is in flight', async () => {
  let writing = true
  const writers = Array.from({ length: 4 }, async () => {
    while (writing) {
      const { documentId } = await sign()
      await fetch(`${http}/documents/${documentId}`)
    }
  })
  const { code, stdout, stderr } = await runCli(['verify', '--data', data])
  writing = false
  await Promise.all(writers)
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^Checked: contents \d+, .*\nEverything is well\.\n$/)
})

test('verify works on the data folder of a stopped service', async () => {
  // Beside the service it waits for what is in flight; what the stop leaves unread is indexed at the next start.
  assert.equal((await runCli(['verify', '--data', data])).code, 0)
  await database.stop()
  await index.stop()
  await service.stop()
  const { code, stdout, stderr } = await runCli(['verify', '--data', data])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /Everything is well/)
})
