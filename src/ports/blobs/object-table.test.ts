import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { insertingObject, type ObjectRow, objectValues } from '../../db/object-rows.ts'
import { queryRows, type Queryable } from '../../db/query.ts'
import { isProblem } from '../../domain/errors.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { newId } from '../../testing/test-service.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { blobsContractSuite } from './contract-suite.ts'
import { openBlobs } from './open.ts'
import type { Blobs, PreparedObject } from './port.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-blobs-'))
TEST_FILE.after(() => rm(folder, { recursive: true, force: true }))
const database = await openTestDatabase(TEST_FILE)
const { pool } = database
const KB = 1024
const options = { contentType: 'text/plain', maxBytes: 100 * KB }

const open = (name: string): Promise<Blobs> =>
  openBlobs('file:', { folder: join(folder, name), database, log: silentLogger })

blobsContractSuite('file: with a table', () => open('contract'))

const blobs = await open('own')

const insert = (row: ObjectRow, on: Queryable = pool) =>
  queryRows(on, `WITH ${insertingObject(1)} SELECT 1`, objectValues(row))

const rowsOf = async (key: string): Promise<number> =>
  (await queryRows(pool, 'SELECT FROM blobs.objects WHERE key = $1', [key])).length

async function filesOf(key: string): Promise<number> {
  const files = await readdir(join(folder, 'own'), { recursive: true })
  return files.filter((name) => name.endsWith(key.replace('/', ','))).length
}

/** A small object whose row is committed. */
async function addSmall(bytes: Buffer): Promise<PreparedObject & { key: string }> {
  const key = `${newId()}/content`
  const prepared = await blobs.prepare('documents', key, bytes, options)
  await insert(prepared.row!)
  return { ...prepared, key }
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

test('up to 16 KB are left to the row, in one piece or in many, and more is stored at once', async () => {
  for (const size of [0, 1, 16 * KB - 1, 16 * KB, 16 * KB + 1, 90 * KB]) {
    for (const pieces of [undefined, 1_000, 16 * KB, 64 * KB]) {
      const bytes = randomBytes(size)
      const key = `${newId()}/content`
      const body = pieces === undefined ? bytes : inPieces(bytes, pieces)
      const { row, ...info } = await blobs.prepare('documents', key, body, options)
      assert.deepEqual(info, { size, sha256: createHash('sha256').update(bytes).digest('hex') })
      assert.equal(row !== undefined, size <= 16 * KB)
      assert.equal(await blobs.size('documents', key), row === undefined ? size : undefined)
      if (row !== undefined) await insert(row)
      assert.deepEqual([await rowsOf(key), await filesOf(key)], row === undefined ? [0, 1] : [1, 0])
      const object = { bucket: 'documents', key, ...info } as const
      assert.ok((await blobs.read(object)).equals(bytes))
      assert.ok((await buffer((await blobs.get('documents', key))!)).equals(bytes))
      assert.equal(await blobs.size('documents', key), size)
      if (size < 10) continue
      const range = { start: 3, end: 8 }
      assert.ok((await buffer(await blobs.open(object, range))).equals(bytes.subarray(3, 9)))
      assert.ok((await buffer((await blobs.get('documents', key, range))!)).equals(bytes.subarray(3, 9)))
    }
  }
})

test('a body that is too large, fails or is aborted leaves nothing to a row', async () => {
  const key = `${newId()}/content`
  const small = { ...options, maxBytes: 10 }
  const tooMuch = (error: unknown): boolean => isProblem(error, 'payload-too-large')
  await assert.rejects(blobs.prepare('documents', key, Buffer.alloc(11), small), tooMuch)
  await assert.rejects(blobs.prepare('documents', key, inPieces(Buffer.alloc(11), 6), small), tooMuch)
  let isReturned = false
  async function* failing(): AsyncGenerator<Buffer> {
    try {
      yield Buffer.alloc(20 * KB)
      throw new Error('no more')
    } finally {
      isReturned = true
    }
  }
  await assert.rejects(blobs.prepare('documents', key, failing(), options), /no more/)
  assert.ok(isReturned)
  const signal = AbortSignal.abort(new Error('gone'))
  await assert.rejects(blobs.prepare('documents', key, Buffer.alloc(1), { ...options, signal }), /gone/)
  assert.deepEqual([await rowsOf(key), await filesOf(key)], [0, 0])
})

test('a row is listed, deleted and found to be damaged as a file is', async () => {
  const objects = await Promise.all([1, 2, 3].map((n) => addSmall(Buffer.alloc(n, 'x'))))
  const listed = new Map<string, number>()
  for await (const { key, size, modified } of blobs.list('documents')) {
    listed.set(key, size)
    assert.ok(Math.abs(modified.getTime() - Date.now()) < 60_000)
  }
  for (const { key, size } of objects) assert.equal(listed.get(key), size)
  const [{ key, size, sha256 }] = objects as [(typeof objects)[0]]
  const object = { bucket: 'documents', key, size, sha256 } as const
  const damaged = (text: RegExp) => (error: unknown) =>
    isProblem(error, 'content-damaged') && text.test(error.message)
  await pool.query(`UPDATE blobs.objects SET bytes = 'y' WHERE key = $1`, [key])
  await assert.rejects(blobs.read(object), damaged(/SHA-256/))
  await pool.query(`UPDATE blobs.objects SET bytes = 'xx' WHERE key = $1`, [key])
  await assert.rejects(blobs.read(object), damaged(/has 2 bytes instead of 1/))
  await blobs.delete('documents', key)
  await assert.rejects(blobs.read(object), damaged(/missing/))
  assert.equal(await rowsOf(key), 0)
})

test('many rows are listed once each', async () => {
  await pool.query(
    `INSERT INTO blobs.objects (bucket, key, bytes) SELECT 'previews', 'many-' || n, 'x' FROM generate_series(1, 2500) n`,
  )
  const keys: string[] = []
  for await (const { key } of blobs.list('previews')) keys.push(key)
  assert.deepEqual([keys.length, new Set(keys).size], [2_500, 2_500])
})

test('what is put again is a file and no row', async () => {
  const { key } = await addSmall(Buffer.from('old'))
  const info = await blobs.put('documents', key, Buffer.from('newer'), options)
  assert.deepEqual([await rowsOf(key), await filesOf(key)], [0, 1])
  assert.equal((await blobs.read({ bucket: 'documents', key, ...info })).toString(), 'newer')
})

test('a row that has committed and is not visible yet is waited for', async () => {
  const key = `${newId()}/content`
  const { row, ...info } = await blobs.prepare('documents', key, Buffer.from('late'), options)
  const client = await pool.connect()
  await client.query('BEGIN')
  await insert(row!, client)
  const reading = blobs.read({ bucket: 'documents', key, ...info })
  await client.query('SELECT pg_sleep(0.2)')
  await client.query('COMMIT')
  client.release()
  assert.equal((await reading).toString(), 'late')
})

test('without the table, as in a database of an older version, there are only files', async () => {
  const older = await openTestDatabase(TEST_FILE)
  await older.pool.query('DROP TABLE blobs.objects')
  const log = silentLogger
  const files = await openBlobs('file:', { folder: join(folder, 'older'), database: older, log })
  const info = await files.put('documents', 'a', Buffer.from('a'), options)
  assert.equal((await files.read({ bucket: 'documents', key: 'a', ...info })).toString(), 'a')
  assert.equal(await files.get('documents', 'b'), undefined)
  for await (const { key } of files.list('documents')) assert.equal(key, 'a')
  await files.delete('documents', 'a')
})
