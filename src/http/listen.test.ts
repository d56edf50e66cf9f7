import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import { listen } from './listen.ts'

test('a listener that drains still answers, each time for the last time on its connection', async () => {
  const listener = await listen({
    setting: 'listen.http',
    host: '127.0.0.1',
    port: 0,
    handler: (_request, response) => void response.end('here'),
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async (): Promise<{ connection: string | undefined; reused: boolean }> => {
    const asked = request(listener.url, { agent }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    await once(response.resume(), 'end')
    return { connection: response.headers.connection, reused: asked.reusedSocket }
  }
  assert.deepEqual(await ask(), { connection: 'keep-alive', reused: false })
  assert.deepEqual(await ask(), { connection: 'keep-alive', reused: true })
  listener.drain()
  assert.deepEqual(await ask(), { connection: 'close', reused: true })
  assert.deepEqual(await ask(), { connection: 'close', reused: false })
  await listener.close(1_000)
  await assert.rejects(ask(), /ECONNREFUSED/)
  agent.destroy()
})
