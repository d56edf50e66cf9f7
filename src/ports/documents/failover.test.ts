import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { isProblem } from '../../domain/errors.ts'
import { eventually } from '../../testing/deadline.ts'
import { freePorts } from '../../testing/free-ports.ts'
import { serviceTokens } from '../../testing/service-tokens.ts'
import { testContext } from '../../testing/context.ts'
import { serveDocuments } from '../../testing/grpc.ts'
import { GONE } from './contract-suite.ts'
import { openMemoryDocuments } from '../../testing/memory-documents.ts'
import { openDocuments } from './open.ts'
import type { Documents } from './port.ts'

/** One instance of the document role, which counts its calls. */
interface Instance {
  port: number
  calls: number
  /** milliseconds that each call takes */
  delay: number
  /** @param deadlineMs 0: running calls are cut off */
  stop(deadlineMs?: number): Promise<void>
}

async function startInstance(t: TestContext, at?: number): Promise<Instance> {
  const port = at ?? (await freePorts(1))[0]!
  const exists: Documents['exists'] = async () => {
    instance.calls++
    await new Promise((resolve) => setTimeout(resolve, instance.delay))
    return { exists: true, status: 'sent' }
  }
  const server = await serveDocuments({ ...openMemoryDocuments(), exists }, { port })
  let stopped: Promise<void> | undefined
  const instance: Instance = {
    port,
    calls: 0,
    delay: 0,
    stop: (deadlineMs = 5_000) => (stopped ??= server.stop(deadlineMs)),
  }
  t.after(() => instance.stop(0))
  return instance
}

async function openClient(t: TestContext, hosts: string[]): Promise<Documents> {
  const documents = await openDocuments(`grpc://${hosts.join(',')}`, {
    role: undefined,
    deadlineMs: 5_000,
    serviceTokens,
  })
  t.after(() => documents.stop())
  return documents
}

/** Makes concurrent calls without a pause until it is stopped; returns their number and the failures. */
function callOn(documents: Documents, atOnce = 8): () => Promise<{ calls: number; failures: unknown[] }> {
  let ended = false
  let calls = 0
  const failures: unknown[] = []
  const callInTurn = async (): Promise<void> => {
    while (!ended) {
      calls++
      await documents.exists(GONE, testContext()).catch((error: unknown) => failures.push(error))
    }
  }
  const workers = Promise.all(Array.from({ length: atOnce }, callInTurn))
  return async () => {
    ended = true
    await workers
    return { calls, failures }
  }
}

const more = (instance: Instance): Promise<boolean> => {
  const before = instance.calls
  return eventually(`calls of the instance at ${instance.port}`, () => instance.calls > before + 20)
}

test('several instances share the calls, by address and by name', async (t) => {
  const [one, other] = [await startInstance(t), await startInstance(t)]
  const documents = await openClient(t, [`127.0.0.1:${one.port}`, `localhost:${other.port}`])
  await documents.check()
  const end = callOn(documents)
  await Promise.all([more(one), more(other)])
  assert.deepEqual((await end()).failures, [])
})

for (const [how, deadlineMs, delay] of [
  ['stops after its running calls', 5_000, 20],
  ['is cut off in its calls', 0, 20],
] as const) {
  test(`when one ${how}, its calls go to the other, and none fails`, async (t) => {
    const [one, other] = [await startInstance(t), await startInstance(t)]
    one.delay = other.delay = delay
    const documents = await openClient(t, [`127.0.0.1:${one.port}`, `127.0.0.1:${other.port}`])
    const end = callOn(documents)
    await Promise.all([more(one), more(other)])
    await one.stop(deadlineMs)
    const last = one.calls
    await more(other)
    const again = await startInstance(t, one.port)
    await more(again)
    const { calls, failures } = await end()
    assert.deepEqual(failures, [])
    assert.ok(calls >= last + other.calls)
  })
}

test('a rolling restart on other ports fails no call', async (t) => {
  const old = await startInstance(t)
  const spare = await startInstance(t)
  await spare.stop()
  const documents = await openClient(t, [`127.0.0.1:${old.port}`, `127.0.0.1:${spare.port}`])
  const end = callOn(documents)
  await more(old)
  const fresh = await startInstance(t, spare.port)
  await more(fresh)
  await old.stop()
  await more(fresh)
  assert.deepEqual((await end()).failures, [])
})

test('while none is there, calls fail fast; then they go on', async (t) => {
  const one = await startInstance(t)
  await one.stop()
  const documents = await openClient(t, [`127.0.0.1:${one.port}`, 'name.invalid:50051'])
  const failed = documents.exists(GONE, testContext())
  await assert.rejects(failed, (error) => isProblem(error, 'unavailable'))
  await startInstance(t, one.port)
  await eventually('a call to get through', () =>
    documents.exists(GONE, testContext()).then(
      () => true,
      () => false,
    ),
  )
})
