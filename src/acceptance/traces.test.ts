/** Traces of the built program, as a collector of OpenTelemetry receives them. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { eventually } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess, type ServiceProcess } from '../testing/service-process.ts'
import { startSpanReceiver } from '../testing/span-receiver.ts'
import { send, sendJson } from './requests.ts'
import { checkTraceOfCreate } from './trace-suite.ts'

async function start(t: TestContext, env: Record<string, string>): Promise<ServiceProcess> {
  const data = await newDataFolder()
  const service = await startServiceProcess(data, env)
  t.after(async () => {
    await service.stop()
    await rm(data, { recursive: true, force: true })
  })
  return service
}

test('one trace has the request, its statements and objects, the indexer and the message to a subscriber', async (t) => {
  const receiver = await startSpanReceiver(t)
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`, OTEL_SERVICE_NAME: 'archive' }
  const service = await start(t, env)
  await checkTraceOfCreate(service.urls, receiver)
  assert.deepEqual([...new Set(receiver.spans.map(({ service }) => service))], ['archive'])
})

test('the caller decides which of its traces are recorded, and the ratio about all others', async (t) => {
  const receiver = await startSpanReceiver(t)
  const service = await start(t, { DOCMGR_TRACING_URL: receiver.url, DOCMGR_TRACING_RATIO: '0' })
  const [wanted, unwanted] = [0, 1].map(() => randomBytes(16).toString('hex'))
  const list = (trace?: string, flags = '01') =>
    send(`${service.urls.http}/documents`, {
      headers: trace === undefined ? {} : { traceparent: `00-${trace}-00f067aa0ba902b7-${flags}` },
    })
  await list()
  await list(unwanted, '00')
  const document = { title: 'x', content: 'x', created_by: 'ada@example.com' }
  await sendJson('POST', `${service.urls.http}/documents`, document)
  await list(wanted)
  await eventually('the wanted trace', () => receiver.spans.length > 0)
  await service.stop()
  assert.deepEqual([...new Set(receiver.spans.map(({ traceId }) => traceId))], [wanted])
})

test('a collector that is away costs one log line, and neither requests nor the stop wait for it', async (t) => {
  const service = await start(t, { DOCMGR_TRACING_URL: 'http://127.0.0.1:9' })
  const line = 'does not take them: spans are lost'
  await eventually('the log line', async () => {
    assert.equal((await send(`${service.urls.http}/documents`)).status, 200)
    return service.log().includes(line)
  })
  const begun = performance.now()
  assert.equal(await service.stop(), 0)
  t.diagnostic(`stopped after ${Math.round(performance.now() - begun)} ms`)
  assert.equal(service.log().split(line).length, 2)
})

test('a collector that never answers costs one log line, and neither requests nor the stop wait for it', async (t) => {
  const collector = createServer(() => {}).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  t.after(() => {
    collector.close()
    collector.closeAllConnections()
  })
  const { port } = collector.address() as AddressInfo
  const service = await start(t, { DOCMGR_TRACING_URL: `http://127.0.0.1:${port}` })
  const line = 'does not take them: spans are lost'
  await eventually('the log line', async () => {
    assert.equal((await send(`${service.urls.http}/documents`)).status, 200)
    return service.log().includes(line)
  })
  assert.equal(await service.stop(), 0)
  assert.equal(service.log().split(line).length, 2)
})
