import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { listen } from './listen.ts'

test('a draining listener still answers, and closes each connection after its answer', async () => {
  const listener = await listen({
    setting: 'listen.http',
    host: '127.0.0.1',
    port: 0,
    handler: (_request, response) => void response.end('here'),
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const send = async (): Promise<{ connection: string | undefined; reused: boolean }> => {
    const sent = request(listener.url, { agent }).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    await once(response.resume(), 'end')
    return { connection: response.headers.connection, reused: sent.reusedSocket }
  }
  assert.deepEqual(await send(), { connection: 'keep-alive', reused: false })
  assert.deepEqual(await send(), { connection: 'keep-alive', reused: true })
  listener.drain()
  assert.deepEqual(await send(), { connection: 'close', reused: true })
  assert.deepEqual(await send(), { connection: 'close', reused: false })
  await listener.close(1_000)
  await assert.rejects(send(), /ECONNREFUSED/)
  agent.destroy()
})

test('a port that is in use is an error that names it and its setting', async () => {
  const other = await listen({ setting: 'listen.http', host: '127.0.0.1', port: 0, handler: () => {} })
  const taken = Number(new URL(other.url).port)
  await assert.rejects(
    listen({ setting: 'listen.document', host: '127.0.0.1', port: taken, handler: () => {} }),
    new RegExp(`port ${taken} of 127.0.0.1 is in use.*listen.document`),
  )
  await other.close(0)
})

test('close waits for requests in flight, and cuts them off after the limit', async () => {
  const listener = await listen({
    setting: 'x',
    host: '127.0.0.1',
    port: 0,
    handler: (_, response) => response.write('…'),
  })
  const socket = connect({ port: new URL(listener.url).port as unknown as AddressInfo['port'] })
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await new Promise((resolve) => socket.once('data', resolve))
  const begun = performance.now()
  await listener.close(50)
  assert.ok(performance.now() - begun < 10_000)
  socket.destroy()
})

test('what the parser refuses gets a problem document, and nothing once a response has begun', async () => {
  const listener = await listen({
    setting: 'x',
    host: '127.0.0.1',
    port: 0,
    handler: (_, response) => response.write('begun'),
  })
  const answerTo = async (text: string): Promise<string> => {
    const socket = connect(Number(new URL(listener.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(text)
    let answer = ''
    socket.on('data', (chunk) => (answer += String(chunk)))
    await once(socket, 'close')
    return answer
  }
  for (const [text, status, code] of [
    [`GET /?${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'headers-too-large'],
    ['nonsense\r\n\r\n', 400, 'malformed-request'],
  ] as const) {
    const answer = await answerTo(text)
    assert.match(
      answer,
      new RegExp(`^HTTP/1.1 ${status} [\\w ]+\\r\\ncontent-type: application/problem\\+json\\r\\n`),
    )
    const problem = JSON.parse(answer.split('\r\n\r\n')[1]!) as { type: string; status: number }
    assert.deepEqual([problem.type, problem.status], [`urn:docmgr:problem:${code}`, status])
  }
  const chunked = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1')
  let answer = ''
  socket.on('error', () => {}).on('data', (chunk) => (answer += String(chunk)))
  socket.write(chunked)
  await once(socket, 'data')
  socket.write('nonsense\r\n')
  await once(socket, 'close')
  assert.doesNotMatch(answer, /problem/)
  await listener.close(0)
})

/** Sends each text once the answer to the one before has come, on one connection. */
async function exchange(url: string, ...texts: string[]): Promise<string[]> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setTimeout(10_000)
  socket.on('timeout', () => socket.destroy(new Error('no answer')))
  const answers: string[] = []
  for (const text of texts) {
    socket.write(text)
    answers.push(String((await once(socket, 'data'))[0]))
  }
  socket.destroy()
  return answers
}

async function echo(accepts: (request: IncomingMessage) => boolean) {
  return listen({
    setting: 'x',
    host: '127.0.0.1',
    port: 0,
    handler: async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      response.end(`${request.method} ${body}.`)
    },
    upgrade: { accepts, handle: (_request, socket) => void socket.end('taken over') },
  })
}

test('an upgrade that nobody accepts is answered as HTTP/1.1, with its body, on the same connection', async () => {
  const listener = await echo(({ headers }) => headers.upgrade === 'websocket')
  const h2c = 'Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'
  const answers = await exchange(
    listener.url,
    `GET / HTTP/1.1\r\n${h2c}\r\n`,
    `POST / HTTP/1.1\r\n${h2c}Content-Length: 5\r\n\r\nhello`,
    'POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: TLS/1.0\r\nTransfer-Encoding: chunked\r\n\r\n' +
      '3\r\nabc\r\n0\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  const expected = [
    /200 OK[^]*GET \./,
    /200 OK[^]*POST hello\./,
    /200 OK[^]*POST abc\./,
    /200 OK[^]*GET \./,
    /^taken over$/,
  ]
  for (const [index, pattern] of expected.entries()) assert.match(answers[index]!, pattern)
  await listener.close(1_000)
})
