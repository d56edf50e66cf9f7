import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectAlone } from '../db/backup-lock.ts'
import { startEmbeddedPostgres } from '../db/embedded/embedded-postgres.ts'
import { migrateDatabaseTo } from '../db/migrate.ts'
import { migrationsFolder } from '../db/open.ts'
import { openBlobs } from '../ports/blobs/open.ts'
import { silentLogger } from '../runtime/logger.ts'
import { packageRoot } from '../runtime/package-root.ts'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { openSocket } from '../testing/socket.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkM9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const data = await newDataFolder()
TEST_FILE.after(() => rm(data, { recursive: true }))
const folder = await mkdtemp(join(tmpdir(), 'docmgr-restore-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))
const archive = join(folder, 'backup.tar.gz')

// JSON of many shapes.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any

async function send(url: string, method: string, path: string, body?: object, headers = {}): Promise<Json> {
  const response = await fetch(url + path, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

const create = (url: string, content: string, headers = {}): Promise<Json> =>
  send(url, 'POST', '/documents', { title: 'Lapwing', content, created_by: 'ada@example.com' }, headers)

const sign = (url: string, id: string): Promise<Json> => {
  const signer = { signer_email: 'bob@example.com', signer_name: 'Bob', signature_data: PNG }
  return send(url, 'POST', '/signatures', { document_id: id, ...signer })
}

/** Creates, changes, signs and deletes until `end` is called. @returns what was acknowledged */
function startWriting(url: string) {
  let writing = true
  const acknowledged = new Map<string, Json>()
  const writers = Array.from({ length: 3 }, async (_, writer) => {
    for (let n = 0; writing; n++) {
      const { id } = await create(url, `text ${writer} ${n} ${'x'.repeat(n % 7 === 0 ? 1_100_000 : 10)}`)
      if (n % 3 === 1) await send(url, 'PATCH', `/documents/${id}`, { status: 'sent' })
      if (n % 3 === 2) await sign(url, id)
      if (n % 5 === 4) await send(url, 'DELETE', `/documents/${id}`).catch(() => {})
      else acknowledged.set(id, await send(url, 'GET', `/documents/${id}`))
    }
  })
  return {
    acknowledged,
    async end() {
      writing = false
      await Promise.all(writers)
    },
  }
}

const restore = (target: string, ...args: string[]) => runCli(['restore', archive, ...args, '--data', target])

async function subscribe(url: string, id: string, query: Record<string, string>) {
  const { access_token: token } = await send(url, 'GET', '/auth/token?user_id=ada&email=ada@example.com')
  return openSocket(url, id, { token, ...query })
}

async function currentPosition(url: string, id: string): Promise<string> {
  const socket = await subscribe(url, id, {})
  const { data } = await socket.message('connection.established')
  socket.close()
  return data.position as string
}

test('a backup under load has all that was acknowledged before it, and works after its restore', async () => {
  const service = await startServiceProcess(data)
  const { http } = service.urls
  const kept = await create(http, 'the curlew stands in the marsh', { 'idempotency-key': 'curlew' })
  const { id: signature } = await sign(http, kept.id)
  await send(http, 'GET', `/documents/${kept.id}`)
  const views = await send(http, 'GET', `/documents/${kept.id}/stats`)
  const position = await currentPosition(http, kept.id)
  const writing = startWriting(http)
  await eventually('some documents', () => writing.acknowledged.size >= 20)
  const before = new Map(writing.acknowledged)
  const made = await runCli(['backup', archive, '--data', data])
  assert.equal(made.code, 0, made.stderr)
  await writing.end()
  const image = await send(http, 'GET', `/signatures/${signature}`)
  await service.stop()

  const target = join(folder, 'under-load')
  const { code, stdout, stderr } = await restore(target)
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^Restored \d+ rows and \d+ contents and images, as of .*\n$/)
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes('.restore-')),
    [],
  )
  for (const name of ['token-secret', 'viewer-secret'])
    assert.equal(await readFile(join(target, name), 'utf8'), await readFile(join(data, name), 'utf8'))
  assert.equal((await stat(join(target, 'token-secret'))).mode & 0o777, 0o600)

  const restored = await startServiceProcess(target)
  try {
    const { http: url } = restored.urls
    for (const [id, { text: _, ...document }] of before) {
      const { text, ...found } = await send(url, 'GET', `/documents/${id}`)
      assert.deepEqual(found, document)
      assert.match(text.state, /pending|indexed/)
    }
    assert.deepEqual(await send(url, 'GET', `/signatures/${signature}`), image)
    assert.ok((await send(url, 'GET', `/documents/${kept.id}/stats`)).total_views >= views.total_views)
    const repeated = await create(url, 'the curlew stands in the marsh', { 'idempotency-key': 'curlew' })
    assert.equal(repeated.id, kept.id)
    await eventually('the index to be rebuilt', async () => {
      const { documents } = await send(url, 'GET', '/search?q=curlew')
      return documents.length === 1
    })
    const socket = await subscribe(url, kept.id, { last: position })
    await socket.message('reset')
    socket.close()
    await eventually('verify to find nothing', async () => {
      const verify = await runCli(['verify', '--data', target])
      return verify.code === 0
    })
  } finally {
    await restored.stop()
  }
  const verify = await runCli(['verify', '--grace', '0', '--data', target])
  assert.deepEqual([verify.code, /Everything is well/.test(verify.stdout)], [0, true], verify.stderr)
})

test('a folder that is not empty is refused and stays as it is; an empty one is used', async () => {
  const target = join(folder, 'target')
  await mkdir(target)
  await writeFile(join(target, 'notes.txt'), 'mine')
  const refused = await restore(target)
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /target is not empty \(notes\.txt\): name an empty or new folder with --data/)
  assert.deepEqual(await readdir(target), ['notes.txt'])
  await rm(join(target, 'notes.txt'))
  assert.equal((await restore(target)).code, 0)
  assert.ok((await readdir(target)).includes('postgres'))
})

test('a damaged archive leaves nothing', async () => {
  const whole = await readFile(archive)
  try {
    for (const size of [20, whole.length >> 1, whole.length - 20]) {
      await writeFile(archive, whole.subarray(0, size))
      const { code, stderr } = await restore(join(folder, 'damaged'))
      assert.equal(code, 1)
      assert.match(stderr, /backup\.tar\.gz cannot be used: it is /)
    }
  } finally {
    await writeFile(archive, whole)
  }
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('damaged')),
    [],
  )
})

test('an archive of the first format, which an earlier version wrote, is restored', async () => {
  const fixture = join(packageRoot(), 'src/testing/backup-format-1.tar.gz')
  const target = join(folder, 'first-format')
  const { code, stderr } = await runCli(['restore', fixture, '--data', target])
  assert.equal(code, 0, stderr)
  const restored = await startServiceProcess(target)
  try {
    const { http: url } = restored.urls
    const documents: Json[] = await send(url, 'GET', '/documents')
    const facts = documents.map(({ title, status, version }) => [title, status, version])
    assert.deepEqual(facts, [
      ['Größe 大', 'sent', 2],
      ['Signed', 'signed', 2],
    ])
    const [signature] = (await send(url, 'GET', '/signatures?include=signature_data')) as Json[]
    assert.equal(signature.signature_data, PNG)
    await eventually('the index to be rebuilt', async () => {
      const found = await send(url, 'GET', '/search?q=heron')
      return found.documents.length === 1
    })
  } finally {
    await restored.stop()
  }
})

test('an archive of an older schema version is migrated', async () => {
  const old = join(folder, 'old')
  const id = '019aa1b2-0000-7000-8000-000000000001'
  const bytes = Buffer.from('text of an older version')
  const key = `${id}/content`
  await mkdir(old)
  const server = await startEmbeddedPostgres({ folder: join(old, 'postgres'), log: silentLogger })
  try {
    await migrateDatabaseTo(server.connection, migrationsFolder(), 3)
    const client = await connectAlone(server.connection)
    await client.query(
      `insert into documents.documents (id, title, content_size, content_sha256, s3_key, created_by)
       values ($1, 'Old', $2, $3, $4, 'Ada@Example.com')`,
      [id, bytes.length, createHash('sha256').update(bytes).digest('hex'), key],
    )
    await client.end()
  } finally {
    await server.stop()
  }
  const blobs = await openBlobs('file:', { folder: join(old, 'blobs'), log: silentLogger })
  await blobs.put('documents', key, bytes, { contentType: 'text/plain', maxBytes: 1_000 })
  await blobs.stop()
  const older = join(folder, 'older.tar.gz')
  const made = await runCli(['backup', older, '--json', '--data', old])
  assert.deepEqual([made.code, JSON.parse(made.stdout).schema_version], [0, 3], made.stderr)
  const target = join(folder, 'migrated')
  const { code, stderr } = await runCli(['restore', older, '--data', target])
  assert.equal(code, 0, stderr)
  assert.match((await runCli(['migrate', '--check', '--data', target])).stdout, /up to date/)
  // The index is empty until the first start.
  const { stdout } = await runCli(['verify', '--repair', '--data', target])
  assert.match(stdout, /index-missing: 1 found, 1 repaired/)
  assert.match((await runCli(['verify', '--data', target])).stdout, /Everything is well/)
})
