/** The checker finds what a broken build of docmgr does: a proxy in front of the real one breaks each promise in turn. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openHistory } from '../history.ts'
import { openEmbeddedService } from '../service/embedded-service.ts'
import type { Service } from '../service/service.ts'
import { settle } from '../settle.ts'
import { poll } from '../wait.ts'
import { startWorkload } from '../workload/workload.ts'
import { type MutatingProxy, type Mutation, openMutatingProxy } from './mutating-proxy.ts'
import { MUTATIONS } from './mutations.ts'

const START_MS = 120_000
const WORK_MS = 120_000
/** Of each run; enough for every mutation of an answer to have its turn. */
const OPERATIONS = 300
/** Of a run whose messages are changed: subscribers connect for a moment only, and few receive two changes of a document. */
const MESSAGES = 20
/** Those among them that are about changes: signatures are announced as they are. */
const CHANGES = 6
/** A run without a fault ends as soon as all is read; this is how long a fault must last. */
const SETTLE_MS = 3_000

let service: Service
let proxy: MutatingProxy

before(async () => {
  service = await openEmbeddedService()
  assert.ok(await poll(START_MS, () => service.isReady()), service.log())
  proxy = await openMutatingProxy(service.url)
})
after(async () => {
  await proxy?.stop()
  await service?.stop()
})

/** The promises that a short run finds broken. */
async function promisesBrokenBy(seed: number, mutation: Mutation, settleMs: number): Promise<string[]> {
  proxy.mutation = mutation
  const options = { seed, url: proxy.url, history: openHistory(), clients: 4, subscribers: 8, pauseMs: 25 }
  const workload = startWorkload(options)
  try {
    const { entries } = options.history
    const count = (wanted: string): number => entries.filter(({ kind }) => kind === wanted).length
    const changes = (): number =>
      entries.filter((entry) => entry.kind === 'message' && entry.seen !== undefined).length
    const hasMessages = (): boolean =>
      !mutation.messages || (count('message') >= MESSAGES && changes() >= CHANGES)
    const isEnough = await poll(WORK_MS, async () => count('ok') >= OPERATIONS && hasMessages())
    const got = `${count('ok')} operations, ${count('message')} messages, ${changes()} of them about changes`
    assert.ok(isEnough, `after ${WORK_MS} ms: ${got}`)
    await workload.end()
    const faults = await settle(options, workload, settleMs)
    return [...new Set(faults.map(({ promise }) => promise))]
  } finally {
    await workload.stop()
  }
}

void test('a proxy that changes nothing breaks no promise', async () => {
  assert.deepEqual(await promisesBrokenBy(1, {}, WORK_MS), [])
})

for (const [index, [name, mutation]] of Object.entries(MUTATIONS).entries()) {
  void test(`found: ${name}`, async () => {
    const [promise] = name.split(' (')
    const found = await promisesBrokenBy(100 + index, mutation(), SETTLE_MS)
    assert.ok(found.includes(promise!), `found: ${found.join(', ') || 'nothing'}`)
  })
}
