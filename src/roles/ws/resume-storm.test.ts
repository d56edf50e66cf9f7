import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { startTestDatabases, type TestDatabases } from '../../testing/database.ts'
import { deferred, eventually } from '../../testing/deadline.ts'
import {
  createDocuments,
  facts,
  type Harness,
  type Received,
  startHarness,
  type TestClient,
} from '../../testing/ws-harness.ts'

let databases: TestDatabases
let harness: Harness
before(async () => {
  databases = await startTestDatabases()
  harness = await startHarness(databases, { limits: { queuedBytes: 64 * 1024 } })
})
after(async () => {
  await harness?.stop()
  await databases?.stop()
})

const CHANGES = ['title', 'status', 'both', 'sign'] as const
const TROUBLES = [
  'break',
  /** on the server's side, in the middle of a message */
  'cut',
  /** after one more message, perhaps the first of two messages of an event */
  'break after one',
  /** events are repeated, as by a feed that starts again */
  'again',
  'wait',
] as const
const step = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...CHANGES) },
  { weight: 2, arbitrary: fc.constantFrom(...TROUBLES) },
)

test(
  'a client receives every event once and in order, however often its connection breaks',
  { timeout: 120_000 },
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 60 }),
        fc.infiniteStream(fc.nat(5)),
        async (steps, pauses) => {
          // Not the harness' own `add`: the client may connect before the creation was dispatched.
          const id = await createDocuments(harness.database).add()
          const follower = follow(harness, id)
          await follower.started
          const expected: string[] = []
          const present = { version: 1, status: 'created' }
          for (const kind of steps) {
            for (let turns = pauses.next().value; turns > 0; turns--)
              await new Promise((resolve) => setImmediate(resolve))
            if (kind === 'break') follower.breakNow()
            else if (kind === 'break after one') follower.breakAfterOne()
            else if (kind === 'cut') harness.cut()
            else if (kind === 'wait') await dispatched(id, present.version)
            else if (kind === 'again') {
              await dispatched(id, present.version)
              await harness.role.consumer.handle(harness.events.slice(-10))
            } else expected.push(...(await change(id, kind, present)))
          }
          await harness.documents.remove(id)
          expected.push(`document.deleted ${present.version}`)
          const received = await follower.until('document.deleted')
          await follower.stop()
          // The client may have connected after the creation.
          const sent = received.map(facts).filter((fact) => fact !== 'document.created 1')
          assert.deepEqual(sent, expected)
        },
      ),
      { numRuns: 12 },
    ),
)

/** Waits until the role has dispatched this version of the document. */
async function dispatched(id: string, version: number): Promise<void> {
  await eventually(`version ${version}`, () =>
    harness.events.some(({ topic, key, value }) => {
      return topic === 'cdc.documents' && key === id && value.after?.version === version
    }),
  )
}

/** Makes one change. @returns the facts of its messages */
async function change(
  id: string,
  kind: (typeof CHANGES)[number],
  present: { version: number; status: string },
): Promise<string[]> {
  if (kind === 'sign') return [`signature.added ${await harness.documents.sign(id)}`]
  const status = present.status === 'created' ? 'completed' : 'created'
  const title = `version ${++present.version}`
  await harness.documents.change(id, {
    ...(kind !== 'status' && { title }),
    ...(kind !== 'title' && { status }),
  })
  if (kind !== 'title') present.status = status
  return [
    ...(kind === 'status' ? [] : [`document.updated ${present.version}`]),
    ...(kind === 'title' ? [] : [`document.status_changed ${present.version}`]),
  ]
}

/** Reconnects after each break with the last position that it has received. */
function follow({ connect }: Harness, id: string) {
  const received: Received[] = []
  const started = deferred()
  let client: TestClient | undefined
  let last: string | undefined
  let stopped = false
  let oneMore = false

  const take = (message: Received): void => {
    // Messages that arrive after the break are lost.
    if (client!.ws.readyState !== WebSocket.OPEN) return
    if (message.type === 'connection.established') {
      last = message.data.position
      started.resolve()
      return
    }
    received.push(message)
    last = message.position
    if (oneMore) client!.ws.terminate()
    oneMore = false
  }
  const loop = async (): Promise<void> => {
    while (!stopped) {
      client = await connect(id, last === undefined ? {} : { last }).catch(() => undefined)
      if (!client) continue
      if (stopped) client.ws.terminate()
      const { ws, received: arrived } = client
      arrived.splice(0).forEach(take)
      ws.on('message', () => arrived.splice(0).forEach(take))
      await client.closed
    }
  }
  const done = loop()
  return {
    started: started.promise,
    breakNow: () => client?.ws.terminate(),
    breakAfterOne: () => void (oneMore = true),
    until: (type: string) =>
      eventually(type, () => received.some((message) => message.type === type) && received).catch(
        () => received,
      ),
    stop: () => {
      stopped = true
      client?.ws.terminate()
      return done
    },
  }
}
