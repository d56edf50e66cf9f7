import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { insertDocument } from '../../testing/changes.ts'
import { deferred, eventually } from '../../testing/deadline.ts'
import { factOf, type Message, type Socket } from '../../testing/socket.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const limits = { queuedBytes: 64 * 1024 }
const service = await startTestService({ roles: ['document', 'ws'], overrides: { ws: limits } }, TEST_FILE)

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
          // Not `rows.add`: the client may connect before the creation was dispatched.
          const id = await insertDocument(service.database.pool)
          const follower = follow(id)
          await follower.started
          const expected: string[] = []
          const present = { version: 1, status: 'created' }
          for (const kind of steps) {
            for (let turns = pauses.next().value; turns > 0; turns--)
              await new Promise((resolve) => setImmediate(resolve))
            if (kind === 'break') follower.breakNow()
            else if (kind === 'break after one') follower.breakAfterOne()
            else if (kind === 'cut') service.cut()
            else if (kind === 'wait') await dispatched(id, present.version)
            else if (kind === 'again') {
              await dispatched(id, present.version)
              await service.ws.consumer.handle(service.events.slice(-10))
            } else expected.push(...(await change(id, kind, present)))
          }
          await service.rows.remove(id)
          expected.push(`document.deleted ${present.version}`)
          const received = await follower.until('document.deleted')
          await follower.stop()
          // The client may have connected after the creation.
          const sent = received.map(factOf).filter((fact) => fact !== 'document.created 1')
          assert.deepEqual(sent, expected)
        },
      ),
      { numRuns: 12 },
    ),
)

/** Waits until the role has dispatched this version of the document. */
async function dispatched(id: string, version: number): Promise<void> {
  await eventually(`version ${version}`, () =>
    service.events.some(({ topic, key, value }) => {
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
  if (kind === 'sign') return [`signature.added ${await service.rows.sign(id)}`]
  const status = present.status === 'created' ? 'completed' : 'created'
  const title = `version ${++present.version}`
  await service.rows.change(id, {
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
function follow(id: string) {
  const received: Message[] = []
  const started = deferred()
  let client: Socket | undefined
  let last: string | undefined
  let stopped = false
  let oneMore = false

  const take = (message: Message): void => {
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
      client = await service.connect(id, last === undefined ? {} : { last }).catch(() => undefined)
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
