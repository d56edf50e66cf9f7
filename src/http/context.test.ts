import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { testAuthenticator } from '../testing/authenticator.ts'
import { createTokens } from '../auth/tokens.ts'
import { systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { eventually } from '../testing/deadline.ts'
import { createContexts } from './context.ts'

const secret = 'a secret for tests, 32 bytes long'
const tokens = createTokens({ secret, issuer: 'docmgr', audience: 'docmgr', lifetime: 60 }, systemClock)
const contextOf = createContexts({
  authenticator: testAuthenticator('open', tokens),
  newId: createUuidV7(),
  trustedProxies: [],
})

/** A server that answers `/` and leaves `/hang` open; it keeps the signals of its requests. */
async function start() {
  const signals: AbortSignal[] = []
  const incoming: IncomingMessage[] = []
  const server = createServer((request, response) => {
    signals.push(contextOf(request, response).signal)
    incoming.push(request)
    if (request.url === '/') response.end('done')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { server, port, signals, incoming }
}

test('the signal aborts when the client disconnects', async () => {
  const { server, port, signals } = await start()
  const request = send({ port, host: '127.0.0.1', path: '/hang' }).on('error', () => {})
  request.end()
  await eventually('the request', () => signals.length === 1)
  assert.equal(signals[0]!.aborted, false)
  request.destroy()
  await eventually('the abort', () => signals[0]!.aborted)
  server.close()
})

test('requests leave no listeners on their connection, and an answered request is not aborted', async () => {
  const { server, port, signals, incoming } = await start()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let n = 0; n < 20; n++) {
    const [answer] = (await once(send({ port, host: '127.0.0.1', agent }).end(), 'response')) as [
      IncomingMessage,
    ]
    await once(answer.resume(), 'end')
  }
  const sockets = new Set(incoming.map(({ socket }) => socket))
  assert.equal(sockets.size, 1)
  const [socket] = sockets
  assert.ok(socket!.listenerCount('close') < 10, `${socket!.listenerCount('close')} listeners`)
  agent.destroy()
  await once(socket!, 'close')
  assert.ok(signals.every((signal) => !signal.aborted))
  server.close()
})
