import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { TEST_FILE } from '../../testing/test-file.ts'
import { bytesEntry, type Manifest } from './archive-format.ts'
import { checkArchive } from './read-archive.ts'
import { type Entry, writeTar } from './tar.ts'
import { writeArchive } from './write-archive.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-archive-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))
const file = join(folder, 'archive.tar.gz')
const NOW = new Date('2026-11-29T00:00:00Z')

const MANIFEST: Manifest = {
  format: 'docmgr-backup',
  format_version: 1,
  program_version: '0.1.0',
  created_at: NOW.toISOString(),
  migrations: [1],
  tables: [{ name: 'documents.documents', columns: ['id'], rows: 2 }],
  objects: { documents: { count: 2, bytes: 6 }, signatures: { count: 0, bytes: 0 } },
}
const entry = (name: string, text: string): Entry => bytesEntry(name, Buffer.from(text))
const manifest = (changes: object = {}): Entry =>
  entry('manifest.json', JSON.stringify({ ...MANIFEST, ...changes }))
const SECRET = entry('secrets/token-secret', 'secret')
const ROWS = entry('tables/documents.documents/000001.jsonl', '{"id":1}\n{"id":2}\n')
const A = entry('objects/documents/a/content', 'aaa')
const B = entry('objects/documents/b/content', 'bbb')
const WHOLE = [manifest(), SECRET, ROWS, A, B]

async function* list<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of parts) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const WELL = { complete: true, damaged: 0, objects: [] }
const tarOf = (entries: readonly Entry[], end = WELL) => bytesOf(writeArchive(list(entries), () => end, NOW))

async function check(tar: Uint8Array): Promise<unknown> {
  await writeFile(file, gzipSync(tar))
  return checkArchive(file, new AbortController().signal)
}

/** Changes the header of an entry, and its checksum with it. */
function withHeader(tar: Buffer, name: string, change: (header: Buffer) => void): Buffer {
  const at = tar.indexOf(`${name}\0`)
  const header = tar.subarray(at, at + 512)
  change(header)
  header.write('        ', 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return tar
}

test('an archive with everything in its place is right', async () => {
  await check(await tarOf(WHOLE))
  const lacking = {
    complete: false,
    damaged: 1,
    objects: [{ object: 'documents/b/content', detail: 'gone' }],
  }
  await check(await tarOf([manifest(), ROWS, A], lacking as unknown as typeof WELL))
})

for (const name of [
  'objects/documents/../../../etc/passwd',
  'objects/documents/.hidden',
  'objects/other/a',
  'objects/documents//a',
  '/etc/passwd',
  '../manifest.json',
  'secrets/../x',
  'secrets/Token',
  'tables/pg_catalog.pg_authid/000001.jsonl',
  'tables/documents.documents/1.jsonl',
  'manifest.json',
  'checksums/000007',
]) {
  test(`an entry named ${name} is refused`, async () => {
    await assert.rejects(check(await tarOf([...WHOLE, entry(name, '{}')])), /entry|checksums/)
  })
}

for (const [what, entries] of Object.entries({
  'an entry that is there twice': [manifest(), ROWS, A, A, B],
  'entries in another order': [manifest(), ROWS, B, A],
  'objects before rows': [manifest(), A, B, ROWS],
  'a missing object': [manifest(), ROWS, A],
  'missing rows': [manifest(), A, B],
  'more rows than the manifest says': [
    manifest(),
    ROWS,
    entry('tables/documents.documents/000002.jsonl', '{}\n'),
    A,
    B,
  ],
  'more objects than the manifest says': [...WHOLE, entry('objects/documents/c/content', 'ccc')],
  'a manifest that is not the first': [SECRET, manifest(), ROWS, A, B],
  'a manifest without tables': [manifest({ tables: undefined }), ROWS, A, B],
  'a manifest with a strange table': [manifest({ tables: [{ ...MANIFEST.tables[0], name: 'a.b; drop' }] })],
  'no entries': [],
})) {
  test(`${what}: refused`, async () => {
    await assert.rejects(check(await tarOf(entries)), { name: 'ArchiveError' })
  })
}

test('a newer format is refused with both versions', async () => {
  const tar = await tarOf([manifest({ format_version: 2, program_version: '9.8.7' })])
  await assert.rejects(check(tar), {
    name: 'NewerArchiveError',
    message: /format version 2, of docmgr 9\.8\.7, and this program reads up to 1/,
  })
})

for (const [what, type] of Object.entries({
  'symbolic link': '2',
  'hard link': '1',
  folder: '5',
  device: '3',
  'extended header': 'x',
  'long name of GNU tar': 'L',
})) {
  test(`a ${what} is refused`, async () => {
    const tar = withHeader(await tarOf(WHOLE), A.name, (header) => void header.write(type, 156))
    await assert.rejects(check(tar), /is not a file of a backup/)
  })
}

test('sizes that the archive does not have, or that would fill the memory, are refused', async () => {
  for (const [name, size, message] of [
    [A.name, '77777777777', /has more in documents than its manifest says/],
    [ROWS.name, '77777777777', /it is cut off/],
    [SECRET.name, '00000100000', /is not one of a backup/],
    ['manifest.json', '77777777777', /its entry manifest\.json is too large/],
  ] as const) {
    const tar = withHeader(await tarOf(WHOLE), name, (header) => void header.write(size, 124))
    await assert.rejects(check(tar), message)
  }
})

test('a changed byte of any entry is noticed', async () => {
  const tar = await tarOf(WHOLE)
  for (const { name } of WHOLE.slice(1)) {
    const changed = Buffer.from(tar)
    changed[tar.indexOf(`${name}\0`) + 512]! ^= 1
    await assert.rejects(check(changed), { name: 'ArchiveError' }, name)
  }
})

test('data after the end, and an end that is missing, are refused', async () => {
  const tar = await tarOf(WHOLE)
  await assert.rejects(check(Buffer.concat([tar, Buffer.from('more')])), /it has data after its end/)
  const after = await bytesOf(writeTar(list([entry('objects/documents/z', 'z')]), NOW))
  await assert.rejects(check(Buffer.concat([tar.subarray(0, -1024), after])), /is after its end/)
  await assert.rejects(check(await bytesOf(writeTar(list(WHOLE), NOW))), /it is cut off/)
})

test('more than a thousand entries have checksums in between', async () => {
  const objects = Array.from({ length: 2_500 }, (_, n) =>
    entry(`objects/documents/${String(n).padStart(5, '0')}`, 'x'),
  )
  const counts = { documents: { count: 2_500, bytes: 2_500 }, signatures: { count: 0, bytes: 0 } }
  const tar = await tarOf([manifest({ objects: counts }), ROWS, ...objects])
  await check(tar)
  tar[tar.indexOf('objects/documents/01234\0') + 512]! ^= 1
  await assert.rejects(check(tar), /its checksums are not those of its entries/)
})
