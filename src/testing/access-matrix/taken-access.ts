import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, within } from '../deadline.ts'
import { openEventStream } from '../event-stream.ts'
import { OWNER, READER } from './callers.ts'
import { openSubscriber } from './events.ts'
import { ownedDocument } from './fixture.ts'
import { uniqueWord } from './searches.ts'
import { bearer, type MatrixTarget, request, succeed, tokenOf } from './target.ts'

/** Nothing but the event ends connections, so that this only ends a test that fails. */
const LIMIT_MS = 15_000
/** Other programs of the machine can delay one attempt; what counts access for longer delays each. */
const ATTEMPTS = 4

/** What a reader still has of a document after access was taken away. */
export function testTakenAccess(target: MatrixTarget): void {
  const { endsWithinMs } = target
  void test(`taken access is gone from everything within ${endsWithinMs} ms`, async (t) => {
    const taken: number[] = []
    do taken.push(await takeAccess(target))
    while (taken.at(-1)! > endsWithinMs && taken.length < ATTEMPTS)
    t.diagnostic(`gone after ${taken.map(Math.round).join(', ')} ms`)
    assert.ok(taken.at(-1)! <= endsWithinMs, `after ${taken.map(Math.round).join(', ')} ms`)
  })
}

/** @returns after how many milliseconds everything was gone */
async function takeAccess(target: MatrixTarget): Promise<number> {
  const { http } = target
  const word = uniqueWord()
  const document = await ownedDocument(target, `The heron says ${word}.`)
  const reader = bearer(tokenOf(READER))
  const get = async (path: string): Promise<Record<string, unknown>> =>
    (await (await request(http + path, 'GET', reader)).json()) as Record<string, unknown>
  const probes: Record<string, () => Promise<boolean>> = {
    document: async () => (await request(`${http}/documents/${document}`, 'GET', reader)).status === 200,
    list: async () =>
      JSON.stringify(await get(`/documents?created_by=${OWNER.email}&limit=100`)).includes(document),
    search: async () => (await get(`/search?q=${word}`))['total'] !== 0,
    suggestions: async () => (await get(`/suggest?q=${word.slice(0, 9)}`))['suggestions']!.toString() !== '',
    'numbers of values': async () =>
      (await get(`/aggregations/status?q=${word}`))['values']!.toString() !== '',
  }
  for (const [name, isThere] of Object.entries(probes)) await eventually(name, isThere)
  const socket = openSubscriber(target, `/ws/${document}`, { headers: reader })
  assert.equal(await socket.status, 101)
  const stream = await openEventStream(`${http}/documents/${document}/events`, reader)

  const path = `${http}/documents/${document}/access/email:${READER.email}`
  await succeed(path, 'DELETE', bearer(tokenOf(OWNER)))
  const begun = performance.now()
  const gone = Object.entries(probes).map(([name, isThere]) =>
    eventually(`${name} to be gone`, async () => !(await isThere()), LIMIT_MS),
  )
  assert.equal(await within(LIMIT_MS, 'the WebSocket to close', socket.closed), 1008)
  await within(LIMIT_MS, 'the event stream to end', stream.ended)
  await Promise.all(gone)
  return performance.now() - begun
}
