/** How docmgr starts and ends as a process, on one data folder. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { eventually, within } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { buildRoot } from '../testing/program.ts'
import { postmasterPid, withStoppedDatabase } from '../testing/service-database.ts'
import { serviceEnvironment, type ServiceProcess, startServiceProcess } from '../testing/service-process.ts'
import type { Document, SearchHit } from './facts.ts'
import { createDocument, send, sendJson, uniqueWord } from './requests.ts'
import { openSocket } from './socket.ts'

const LIMIT_MS = 20_000

/** A data folder; services that still run on it are stopped when the test ends. */
async function newFolder(t: TestContext) {
  const data = await newDataFolder()
  const running = new Set<ServiceProcess>()
  t.after(async () => {
    await Promise.all([...running].map((service) => service.stop()))
    await rm(data, { recursive: true, force: true })
  })
  return {
    data,
    async start(env: Record<string, string> = {}): Promise<ServiceProcess> {
      const service = await startServiceProcess(data, env)
      running.add(service)
      void service.exited.then(() => running.delete(service))
      return service
    },
  }
}

test('a second docmgr on one folder is refused, and the first one keeps running', async (t) => {
  const { data, start } = await newFolder(t)
  const first = await start()
  const sentence =
    `ended with 1 before it was ready: error: the data folder ${data} is in use by another docmgr ` +
    `(process ${first.pid}): stop it, or choose another folder with --data`
  await assert.rejects(start(), ({ message }: Error) => message.includes(sentence))
  await createDocument(first.urls.http)
})

test('a taken port is named, and what had started before is stopped in order', async (t) => {
  const { start } = await newFolder(t)
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  for (const name of ['search', 'grpc']) {
    await assert.rejects(
      start({ [`DOCMGR_LISTEN_${name.toUpperCase()}`]: String(port) }),
      ({ message }: Error) => {
        assert.match(message, /ended with 1 before it was ready/)
        assert.match(message, new RegExp(`port ${port} of 127\\.0\\.0\\.1 is in use.*listen\\.${name}`))
        return true
      },
    )
  }
  assert.deepEqual((await start()).findings, [])
})

test('SIGTERM stops it in order: subscribers get 1001, requests in flight an answer, and nothing is left to recover', async (t) => {
  const { start } = await newFolder(t)
  const service = await start()
  const { id } = await createDocument(service.urls.http)
  const socket = await openSocket(service.urls, id)
  await socket.next()
  const upload = beginUpload(service.urls.document)
  await upload.begun
  service.kill('SIGTERM')
  assert.equal((await socket.closed).code, 1001)
  await eventually(
    'new connections to be refused',
    async () => !(await canConnect(service.urls.document)),
    LIMIT_MS,
  )
  const { status, connection, body } = await within(LIMIT_MS, 'the answer', upload.finish())
  assert.deepEqual([status, connection], [201, 'close'])
  assert.equal((await within(LIMIT_MS, 'docmgr to end', service.exited)).code, 0)

  const again = await start()
  t.diagnostic(`ready again after ${Math.round(again.readyMs)} ms`)
  assert.deepEqual(again.findings, [])
  const content = await send(`${again.urls.http}/documents/${(body as Document).id}/content`)
  assert.equal(content.body, 'first half, second half')
})

test('after kill -9 the start says what it found, and everything is there', async (t) => {
  const { data, start } = await newFolder(t)
  const service = await start()
  const { id } = await createDocument(service.urls.http)
  const postmaster = await postmasterPid(data)
  service.kill('SIGKILL')
  process.kill(postmaster, 'SIGKILL')
  await service.exited

  const child = spawn(process.execPath, [join(buildRoot(), 'cli.js'), 'serve', '--data', data], {
    env: serviceEnvironment({ NO_COLOR: '1' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (said += more))
  await eventually('docmgr to be ready', () => said.includes('docmgr is ready'), 2 * LIMIT_MS).finally(() =>
    child.kill(),
  )
  assert.deepEqual(await exited, [0, null])
  assert.match(said, /PostgreSQL had not been stopped cleanly: recovered from its write-ahead log$/m)
  assert.equal((await send(`${(await start()).urls.http}/documents/${id}`)).status, 200)
})

test('a lost replication slot is detected: the index is rebuilt, and clients with an earlier position are reset', async (t) => {
  const { data, start } = await newFolder(t)
  const service = await start()
  const document = await createDocument(service.urls.http, { title: uniqueWord() })
  const gone = await createDocument(service.urls.http, { title: uniqueWord() })
  const socket = await openSocket(service.urls, document.id)
  await socket.next()
  await sendJson('PATCH', `${service.urls.http}/documents/${document.id}`, { status: 'sent' })
  const { position } = await socket.next()
  socket.close()
  await eventually('both to be found', async () => (await found(service, gone.title)).length === 1)
  await service.stop()
  const title = uniqueWord()
  await withStoppedDatabase(data, async (client) => {
    await client.query("select pg_drop_replication_slot('docmgr')")
    await client.query('update documents.documents set title = $2 where id = $1', [document.id, title])
    await client.query('update documents.documents set deleted_at = now() where id = $1', [gone.id])
  })

  const again = await start()
  assert.match(
    again.findings.join(),
    /the change feed starts over with a snapshot: the replication slot docmgr is gone/i,
  )
  const hit = await eventually('what changed without the slot', async () => (await found(again, title))[0])
  assert.deepEqual([hit.id, hit.status, hit.version], [document.id, 'sent', 3])
  await eventually('the deleted one to be gone', async () => (await found(again, gone.title)).length === 0)
  const late = await openSocket(again.urls, document.id, position)
  assert.deepEqual(
    (await late.take(2)).map(({ type }) => type),
    ['connection.established', 'reset'],
  )
  await sendJson('PATCH', `${again.urls.http}/documents/${document.id}`, { status: 'viewed' })
  const next = await late.next()
  assert.deepEqual([next.type, next.data['version']], ['document.viewed', 4])
  late.close()
})

async function found({ urls }: ServiceProcess, q: string): Promise<SearchHit[]> {
  return (await send<{ documents: SearchHit[] }>(`${urls.http}/search?${new URLSearchParams({ q })}`)).body
    .documents
}

/** A raw upload that stops half-way until it is finished. */
function beginUpload(base: string) {
  const upload = request(`${base}/documents?title=Upload&created_by=u@example.com`, {
    method: 'POST',
    headers: {
      'content-type': 'text/plain',
      'transfer-encoding': 'chunked',
      connection: 'keep-alive',
      expect: '100-continue',
    },
  })
  const answered = once(upload, 'response')
  answered.catch(() => {})
  upload.flushHeaders()
  return {
    begun: once(upload, 'continue').then(() => void upload.write('first half, ')),
    async finish() {
      upload.end('second half')
      const [response] = await answered
      return {
        status: response.statusCode,
        connection: response.headers.connection,
        body: JSON.parse(await text(response)),
      }
    },
  }
}

async function canConnect(base: string): Promise<boolean> {
  const { hostname, port } = new URL(base)
  const attempt = request({ hostname, port, path: '/health/live', agent: false })
  attempt.end()
  return once(attempt, 'response').then(
    ([response]) => (response.resume(), true),
    () => false,
  )
}
