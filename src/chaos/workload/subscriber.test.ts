/** A subscriber against a service whose rows cannot be read for a while. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { WebSocketServer } from 'ws'
import { openHistory } from '../history.ts'
import { pause, poll } from '../wait.ts'
import { Subscriber } from './subscriber.ts'

/** longer than the pause between two attempts to read */
const AWAY_MS = 1_000

test('a subscriber that left before it could read the state reads it when it is back', async (t) => {
  let isReadable = false
  const asked = new EventTarget()
  const server = createServer((request, response) => {
    if (request.url!.startsWith('/auth/token')) {
      response.end('{"access_token":"t"}')
      return
    }
    response.statusCode = isReadable ? 200 : 503
    response.end('{"version":2}')
    asked.dispatchEvent(new Event('asked'))
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (ws, { url }) => {
    const data = { position: 'p1', resumed: url!.includes('last=p1') }
    ws.send(JSON.stringify({ type: 'connection.established', data }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const history = openHistory('/dev/null')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const subscriber = new Subscriber(url, history, 's1', { id: '1', key: 'q1' })
  t.after(() => subscriber.leave())

  const refused = once(asked, 'asked')
  subscriber.come()
  await refused
  await subscriber.leave()
  await pause(AWAY_MS)
  isReadable = true
  subscriber.come()
  assert.ok(await poll(10_000, () => Promise.resolve(subscriber.known === 2)))
  const connections = history.entries.filter((entry) => entry.kind === 'connected')
  assert.deepEqual(
    connections.map(({ resumed }) => resumed),
    [false, true],
  )
})
