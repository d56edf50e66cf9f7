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
