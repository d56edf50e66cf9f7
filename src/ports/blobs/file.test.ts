import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { isProblem } from '../../domain/errors.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { blobsContractSuite } from './contract-suite.ts'
import { openBlobs } from './open.ts'

const root = await mkdtemp(join(tmpdir(), 'docmgr-test-blobs-'))
TEST_FILE.after(() => rm(root, { recursive: true, force: true }))

const open = (name: string, url = 'file:') => openBlobs(url, { folder: join(root, name), log: silentLogger })
const plain = { contentType: 'text/plain', maxBytes: 100 }
const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)

blobsContractSuite('file:', () => open('contract'))

test('neither a refused nor a failed put leaves a temporary file', async () => {
  const blobs = await open('failed')
  await assert.rejects(blobs.put('documents', 'a', Buffer.alloc(101), plain))
  await blobs.put('documents', 'b', Buffer.alloc(100), plain)
  await blobs.check()
  assert.deepEqual(await filesIn('failed'), ['b'])
})

test('opening removes temporary files that nobody has written for an hour, and nothing else', async () => {
  const before = await open('crashed')
  await before.put('documents', 'x/content', Buffer.from('kept'), plain)
  const path = (name: string): string => join(root, 'crashed', 'drafts', '1', name)
  const twoHoursAgo = new Date(Date.now() - 7_200_000)
  for (const name of ['abandoned', 'of another process']) await writeFile(path(name), 'half a')
  await utimes(path('abandoned'), twoHoursAgo, twoHoursAgo)
  await open('crashed')
  assert.deepEqual((await filesIn('crashed')).toSorted(), ['of another process', 'x,content'])
})

test('an upload goes on while another process opens the same folder', async () => {
  const blobs = await open('shared')
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a')
    await open('shared')
    yield Buffer.from('b')
  }
  await blobs.put('documents', 'x', slow(), plain)
  assert.equal(await blobs.size('documents', 'x'), 2)
})

test('a folder that cannot be written is unavailable', async () => {
  const blobs = await open('broken')
  await rm(join(root, 'broken'), { recursive: true })
  const unavailable = (error: unknown): boolean => isProblem(error, 'unavailable')
  await assert.rejects(blobs.check(), unavailable)
  await assert.rejects(blobs.put('documents', 'a', Buffer.alloc(1), plain), unavailable)
})

test('a URL may name a folder of its own; another scheme is refused by name', async () => {
  await mkdir(join(root, 'own'))
  const blobs = await open('not used', pathToFileURL(join(root, 'own')).href)
  await blobs.put('documents', 'a', Buffer.alloc(1), plain)
  assert.deepEqual(await filesIn('own'), ['a'])
  await assert.rejects(open('gs', 'gs://bucket'), /blobs\.url: gs: is not known; use file: or s3:/)
  await assert.rejects(open('relative', 'file:somewhere'), /must be file: or file:\/\/\//)
})
