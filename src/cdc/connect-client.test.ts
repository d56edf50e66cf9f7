import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import {
  type ConnectClient,
  ConnectError,
  ConnectUnreachableError,
  createConnectClient,
} from './connect-client.ts'

/** A client of something that answers like this: what Connect itself answers is for the stack's tests. */
async function clientOf(t: TestContext, answer: RequestListener): Promise<ConnectClient> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const client = createConnectClient(url, new AbortController().signal)
  t.after(async () => {
    await client.close()
    server.close()
  })
  return client
}

test('a request that meets workers who share out their work is repeated', async (t) => {
  let requests = 0
  const client = await clientOf(t, (_request, response) => {
    requests++
    response.writeHead(requests < 3 ? 409 : 200, { 'content-type': 'application/json' })
    response.end(requests < 3 ? '{"message":"rebalance"}' : '{"tasks.max":"1"}')
  })
  assert.deepEqual(await client.properties('a'), { 'tasks.max': '1' })
  assert.equal(requests, 3)
})

test('what is not there is undefined, and a refusal says why', async (t) => {
  const client = await clientOf(t, (request, response) => {
    const absent = request.url!.includes('absent')
    response
      .writeHead(absent ? 404 : 500)
      .end(
        absent
          ? '{"error_code":404,"message":"No status found"}'
          : '{"error_code":500,"message":"org.apache.kafka.connect.errors.ConnectException: no type"}',
      )
  })
  assert.equal(await client.status('absent'), undefined)
  await assert.rejects(
    client.put('x', {}),
    (error) => error instanceof ConnectError && error.message === 'no type',
  )
})

test('repeats end, also when nothing ever answers or something else does', async (t) => {
  let requests = 0
  const busy = await clientOf(t, (_request, response) => void (requests++, response.writeHead(503).end('{}')))
  await assert.rejects(busy.status('a'), ConnectError)
  assert.equal(requests, 6)
  const other = await clientOf(t, (_request, response) => void response.end('<html>'))
  await assert.rejects(other.plugins(), /the answer is not JSON\): check changes\.connectUrl/)
  const nobody = createConnectClient('http://127.0.0.1:9', new AbortController().signal)
  await assert.rejects(nobody.status('a'), ConnectUnreachableError)
  await nobody.close()
})
