/** The gateway itself, in front of servers that answer with their names. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import type { Role } from '../config/roles.ts'
import { send } from '../acceptance/requests.ts'
import { eventually } from './deadline.ts'
import { freePorts } from './free-ports.ts'
import { openGateway, type OwnGateway } from './topology-gateway.ts'

/** Answers with its name, and counts. */
interface Backend {
  role: Role
  port: number
  name: string
  server: Server
  requests: IncomingMessage[]
  /** reads a request to its end and then drops its connection */
  drops: boolean
  close(): Promise<void>
}

async function openBackend(role: Role, name: string, at?: number): Promise<Backend> {
  const port = at ?? (await freePorts(1))[0]!
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    request.resume().on('end', () => {
      if (backend.drops) request.socket.destroy()
      else response.setHeader('x-backend', name).end(name)
    })
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.send(name))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
  const backend = {
    role,
    name,
    server,
    requests,
    drops: false,
    close,
    port,
  }
  return backend
}

const backends: Backend[] = []
let gateway: OwnGateway

before(async () => {
  for (const role of ['document', 'signature', 'search', 'ws'] as const)
    backends.push(await openBackend(role, `${role}-1`))
  backends.push(await openBackend('signature', 'signature-2'))
  gateway = await openGateway(() => backends)
  await gateway.start()
})
after(async () => {
  await gateway.stop()
  for (const backend of backends) await backend.close()
})
beforeEach(() => {
  for (const backend of backends) Object.assign(backend, { drops: false }).requests.length = 0
})

const ask = (path: string, init?: RequestInit) => send<string>(`${gateway.url}${path}`, init)
const post = (path: string, body: string) => ask(path, { method: 'POST', body })
const named = (name: string): Backend => backends.find((backend) => backend.name === name)!
const signatures = (): Backend[] => [named('signature-1'), named('signature-2')]

test('each path reaches its role, with the address and the id of the client', async () => {
  for (const [path, role] of [
    ['/documents/1', 'document'],
    ['/documents/1/signatures', 'signature'],
    ['/suggest?q=a', 'search'],
    ['/auth/token', 'ws'],
  ] as const) {
    assert.match((await ask(path)).body, new RegExp(`^${role}-`), path)
  }
  await ask('/search?q=a%2Fb', {
    headers: { 'x-request-id': 'mine', 'x-forwarded-for': '10.1.1.1' },
  })
  const seen = named('search-1').requests.at(-1)
  assert.equal(seen?.url, '/search?q=a%2Fb')
  assert.equal(seen.headers['x-request-id'], 'mine')
  assert.equal(seen.headers['x-forwarded-for'], '10.1.1.1, 127.0.0.1')
  assert.equal(seen.headers['x-forwarded-proto'], 'http')
  assert.equal(seen.headers.host, new URL(gateway.url).host)
})

test('what is not public is a problem of the gateway', async () => {
  for (const path of ['/status/x', '/metrics', '/health/ready', '/documentsx', '/documents/../metrics']) {
    const { status, headers } = await ask(path)
    assert.deepEqual([status, headers.get('content-type')], [404, 'application/problem+json'], path)
  }
})

test('instances share the requests; a stopped one is skipped, also by a POST', async () => {
  for (let n = 0; n < 10; n++) await post('/signatures', 'x')
  for (const { requests } of signatures()) assert.ok(requests.length > 0)

  const [away] = signatures()
  const { port } = away!
  await away!.close()
  for (let n = 0; n < 20; n++) assert.equal((await post('/signatures', 'x')).body, 'signature-2')
  backends[backends.indexOf(away!)] = await openBackend('signature', 'signature-1', port)
})

test('a POST that an instance has received is never sent again, a GET is', async () => {
  for (const backend of signatures()) backend.drops = true
  assert.equal((await post('/signatures', 'x')).status, 502)
  assert.equal(
    signatures().reduce((sum, { requests }) => sum + requests.length, 0),
    1,
  )

  signatures()[1]!.drops = false
  for (let n = 0; n < 4; n++) assert.equal((await ask('/signatures')).body, 'signature-2')
})

test('a body that is too large is refused, and documents may be larger than signatures', async () => {
  const body = 'x'.repeat(9 * 1024 * 1024)
  assert.equal((await post('/signatures', body)).status, 413)
  assert.equal((await post('/documents', body)).status, 200)
})

test('WebSockets go through, and stay over a reload that adds an instance', async () => {
  const open = async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws/1`)
    const [name] = await once(socket, 'message')
    return { socket, name: String(name) }
  }
  const first = await open()
  assert.equal(first.name, 'ws-1')
  backends.push(await openBackend('ws', 'ws-2'))
  await gateway.reload()
  // A worker of before may still take a connection or two.
  const others: Awaited<ReturnType<typeof open>>[] = []
  await eventually('a connection to the new instance', async () => {
    others.push(await open())
    return others.at(-1)!.name === 'ws-2'
  })
  assert.equal(first.socket.readyState, WebSocket.OPEN)
  for (const { socket } of [first, ...others]) socket.terminate()
})
