/**
 * Requests made to exhaust a service, in a process with a small heap: nobody else waits for them, and it lives on.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as send } from 'node:http'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { WebSocket } from 'ws'
import { within } from '../testing/deadline.ts'
import { mainThreadMs } from '../testing/main-thread.ts'
import { type ServiceProcess, startServiceProcess } from '../testing/service-process.ts'

const HEAP_MEGABYTES = 256
/** that the service may work on something else while a request waits */
const MAX_WAIT_MS = 200
const PING_EVERY_MS = 20
const MEGABYTE = 1024 * 1024
const ID = '019aa1b2-0000-7000-8000-000000000001'
const RPC = '/document.DocumentService/GetDocument'

let folder: string
let service: ServiceProcess
let token: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docmgr-bombs-'))
  const env = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MEGABYTES}` }
  service = await startServiceProcess(join(folder, 'data'), env)
  const answer = await fetch(`${service.urls.http}/auth/token?user_id=u1&email=u1@example.com`)
  token = ((await answer.json()) as { access_token: string }).access_token
})
after(async () => {
  await service?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Fails where a request that is made while `work` runs waits longer for the main thread of the service than it may. */
async function nobodyWaits(work: Promise<unknown>): Promise<void> {
  let longest = 0
  let isDone = false
  const ping = async (): Promise<void> => {
    while (!isDone) {
      const begun = mainThreadMs(service.pid)
      const response = await fetch(`${service.urls.http}/health/live`)
      await response.arrayBuffer()
      longest = Math.max(longest, mainThreadMs(service.pid) - begun)
      await new Promise((resolve) => setTimeout(resolve, PING_EVERY_MS))
    }
  }
  const pings = ping()
  try {
    await work
  } finally {
    isDone = true
    await pings
  }
  assert.ok(longest < MAX_WAIT_MS, `a request waited for ${longest} ms of work`)
}

interface Sent {
  method?: string
  headers?: Record<string, string | number>
  body: Uint8Array
}

/** The status of the answer, which can come before the body is sent. */
async function statusOf(path: string, { method = 'POST', headers, body }: Sent): Promise<number> {
  const sent = send(service.urls.http + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(headers?.['transfer-encoding'] === undefined && { 'content-length': body.length }),
      ...headers,
    },
  })
  sent.on('error', () => {})
  sent.end(body)
  const [answer] = await within(30_000, `an answer to ${path}`, once(sent, 'response'))
  answer.resume()
  answer.on('error', () => {})
  return answer.statusCode
}

const times = (text: string, count: number): Buffer => Buffer.alloc(text.length * count, text)
const around = (start: string, middle: Buffer, end: string): Buffer =>
  Buffer.concat([Buffer.from(start), middle, Buffer.from(end)])

const OBJECTS = around('[', times('{},', 10_000_000), '{}]')
const FIELDS = '"title":"x","created_by":"ada@example.com"'
const BODIES: [name: string, path: string, sent: Sent, status: number][] = [
  ['a list of ten million objects', '/documents', { body: OBJECTS }, 413],
  ['an object with such a list', '/documents', { body: around(`{${FIELDS},"a":`, OBJECTS, '}') }, 413],
  ['more than the limit', '/documents', { body: times('{},', 12_000_000) }, 413],
  ['deep lists', '/documents', { body: times('[', 30 * MEGABYTE) }, 413],
  ['deep objects', '/documents', { body: times('{"a":', 6 * MEGABYTE) }, 413],
  ['a long title', '/documents', { body: around('{"title":"', times('x', 30 * MEGABYTE), '"}') }, 422],
  ['a long number', '/documents', { body: times('1', 30 * MEGABYTE) }, 413],
  ['blanks', '/documents', { body: times(' ', 30 * MEGABYTE) }, 413],
  ['many values in a signature', '/signatures', { body: around('[', times('0,', MEGABYTE), '0]') }, 413],
  ['a long list of changes', `/documents/${ID}`, { method: 'PATCH', body: OBJECTS }, 413],
  [
    'a compressed document',
    '/documents',
    { headers: { 'content-encoding': 'gzip' }, body: gzipSync(OBJECTS) },
    415,
  ],
  [
    'more than the limit, without its length',
    '/documents',
    { headers: { 'transfer-encoding': 'chunked' }, body: times('{},', 12_000_000) },
    413,
  ],
  ['a compressed call', RPC, { headers: { 'content-encoding': 'gzip' }, body: gzipSync(OBJECTS) }, 501],
  ['a large call', RPC, { body: OBJECTS }, 429],
  [
    'a form of many parts',
    '/documents',
    {
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: times('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n', 100_000),
    },
    422,
  ],
  [
    'a form with a long header',
    '/documents',
    {
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: around('--x\r\nContent-Disposition: ', times('a', 20 * MEGABYTE), '\r\n\r\n'),
    },
    400,
  ],
  [
    'a content of 10 MB',
    '/documents',
    { body: around(`{${FIELDS},"content":"`, times('x', 10 * MEGABYTE), '"}') },
    201,
  ],
  [
    'a content of 10 MB in escapes',
    '/documents',
    { body: around(`{${FIELDS},"content":"`, times('\\u00e9', 5 * MEGABYTE), '"}') },
    201,
  ],
]

for (const [name, path, sent, status] of BODIES) {
  test(`${name}: ${status}, and nobody waits`, async () => {
    const answered = Promise.all(Array.from({ length: 3 }, () => statusOf(path, sent)))
    await nobodyWaits(answered)
    assert.deepEqual(await answered, [status, status, status])
  })
}

test('searches of many words, and of what many words begin with', async () => {
  const words = Array.from({ length: 200 }, (_, n) => `w${n}`)
  const queries = [
    words.join(' '),
    words.join(' OR '),
    words.map((word) => `"${word} x"`).join(' '),
    'a* b* c* d*',
  ]
  const answered = Promise.all(
    queries.flatMap((q) =>
      ['search', 'aggregations/status'].map(async (path) => {
        const response = await fetch(`${service.urls.http}/${path}?${new URLSearchParams({ q })}`)
        await response.arrayBuffer()
        return response.status
      }),
    ),
  )
  await nobodyWaits(within(30_000, 'the answers', answered))
  for (const status of await answered) assert.ok(status === 200 || status === 422, String(status))
})

/** One call. @returns its status, undefined where the stream ends without */
async function grpcStatus(session: ClientHttp2Session, body: Buffer, encoding = 'identity', ends = true) {
  const stream = session.request({
    ':method': 'POST',
    ':path': RPC,
    'content-type': 'application/grpc',
    'grpc-encoding': encoding,
    te: 'trailers',
  })
  let status: unknown
  const note = (headers: Record<string, unknown>) => (status ??= headers['grpc-status'])
  stream
    .on('error', () => {})
    .on('response', note)
    .on('trailers', note)
    .resume()
  if (ends) stream.end(body)
  else stream.write(body)
  await once(stream, 'close')
  return status
}

/** With the length that it claims to have. */
function grpcMessage(content: Buffer, length: number, isCompressed: boolean): Buffer {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt8(isCompressed ? 1 : 0)
  prefix.writeUInt32BE(length, 1)
  return Buffer.concat([prefix, content])
}

test('gRPC with large and compressed messages, many streams and streams that never end', async () => {
  const session = connectHttp2(`http://${service.urls.grpc}`)
  session.on('error', () => {})
  await once(session, 'connect')
  const large = grpcMessage(Buffer.alloc(100_000), 45 * MEGABYTE, false)
  const zip = gzipSync(Buffer.alloc(100 * MEGABYTE))
  const compressed = grpcMessage(zip, zip.length, true)
  const answered = Promise.all([
    ...Array.from({ length: 20 }, () => grpcStatus(session, large)),
    ...Array.from({ length: 5 }, () => grpcStatus(session, compressed, 'gzip')),
  ])
  await nobodyWaits(within(30_000, 'the answers', answered))
  assert.deepEqual(new Set(await answered), new Set(['8']))
  const half = grpcMessage(Buffer.alloc(60_000), 0xffff, false)
  for (let index = 0; index < 1_000; index++) void grpcStatus(session, half, 'identity', false)
  await nobodyWaits(new Promise((resolve) => setTimeout(resolve, 1_000)))
  session.destroy()
})

test('WebSockets with large frames, and with many', async () => {
  const created = await fetch(`${service.urls.http}/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'T', content: 'c', created_by: 'ada@example.com' }),
  })
  const { id } = (await created.json()) as { id: string }
  const connected = async (): Promise<WebSocket> => {
    const ws = new WebSocket(`${service.urls.http.replace('http', 'ws')}/ws/${id}?token=${token}`)
    ws.on('error', () => {})
    await once(ws, 'open')
    assert.equal(ws.extensions, '', 'no frame is compressed')
    return ws
  }
  const [large, many] = [await connected(), await connected()]
  const closed = Promise.all([once(large, 'close'), once(many, 'close')])
  large.send('x'.repeat(30 * MEGABYTE))
  for (let index = 0; index < 10_000; index++) many.send('{"type":"ping"}')
  await nobodyWaits(within(30_000, 'the connections to be closed', closed))
  assert.deepEqual(
    (await closed).map(([code]) => code),
    [1009, 1008],
  )
})

test('bodies that never end keep no other request waiting', async () => {
  const { port } = new URL(service.urls.http)
  const slow: Socket[] = Array.from({ length: 200 }, () => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      'POST /documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${20 * MEGABYTE}\r\n\r\n{"title":"`,
    )
    return socket
  })
  const other = around(`{${FIELDS},"content":"`, times('x', 1_000), '"}')
  const answered = statusOf('/documents', { body: other })
  await nobodyWaits(answered)
  assert.equal(await answered, 201)
  for (const socket of slow) socket.destroy()
})
