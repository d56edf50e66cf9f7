import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../testing/deadline.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { newId, startTestService } from '../testing/test-service.ts'
import { subscribe, type SubscribeOptions, type Subscription, SubscriptionRefused } from './subscription.ts'

const service = await startTestService({ roles: ['document', 'ws'] }, TEST_FILE)

/** of an epoch that never was */
const UNKNOWN = `${'0'.repeat(16)}-${'0'.repeat(16)}-${'0'.repeat(8)}`

const open = (documentId: string, options: Partial<SubscribeOptions> = {}) => {
  const seen: string[] = []
  const states: string[] = []
  const subscription: Subscription = subscribe({
    url: service.url,
    documentId,
    token: () => service.token(),
    backoff: { firstMs: 5, limitMs: 20 },
    onMessage: ({ type, data }) => seen.push(`${type} ${data?.['version']}`),
    onState: ({ kind }) => states.push(kind),
    ...options,
  })
  return { subscription, seen, states }
}

test('a subscription resumes after a lost connection, without a gap or a duplicate', async () => {
  const id = await service.rows.add()
  const { subscription, seen, states } = open(id)
  await eventually('the connection', () => states.includes('established'))
  for (let version = 2; version <= 20; version++) {
    await service.rows.change(id, { title: `${version}` })
    if (version % 4 === 0) service.cut()
  }
  await eventually('the last version', () => seen.includes('document.updated 20'))
  assert.deepEqual(
    seen,
    Array.from({ length: 19 }, (_, index) => `document.updated ${index + 2}`),
  )
  assert.ok(states.filter((kind) => kind === 'established').length > 1)
  const position = subscription.position()
  subscription.close()
  await subscription.closed
  await service.rows.change(id, { title: 'later' })
  const later = open(id, { last: position! })
  await eventually('what was missed', () => later.seen.length > 0)
  assert.deepEqual(later.seen, ['document.updated 21'])
  later.subscription.close()
})

test('onCaughtUp is called when the history has been received', async () => {
  const id = await service.rows.add()
  await service.rows.change(id, { title: 'new' })
  // A change becomes a part of the history a moment after its commit.
  const first = open(id, { last: 'start' })
  await eventually('both events', () => first.seen.length === 2)
  first.subscription.close()
  let before: string[] | undefined
  const { subscription, seen } = open(id, { last: 'start', onCaughtUp: () => (before ??= [...seen]) })
  await eventually('the history', () => before !== undefined)
  assert.deepEqual(before, ['document.created 1', 'document.updated 2'])
  subscription.close()
})

test('a reset is reported, and the subscription continues from the new position', async () => {
  const reasons: string[] = []
  const { subscription } = open(await service.rows.add(), {
    last: UNKNOWN,
    onReset: (reason) => reasons.push(reason),
  })
  await eventually('the reset', () => reasons.length > 0)
  assert.notEqual(subscription.position(), 'nonsense')
  subscription.close()
  await subscription.closed
})

test('the position moves forward without events of the document', async () => {
  const { subscription, seen } = open(await service.rows.add(), { pingMs: 20 })
  const beginning = await eventually('a position', () => subscription.position())
  await service.rows.add()
  await eventually('a later position', () => subscription.position() !== beginning)
  assert.deepEqual(seen, [])
  subscription.close()
})

test('a subscription ends when the service refuses the token or the document id', async () => {
  const refusal = async (id: string, options: Partial<SubscribeOptions> = {}): Promise<string> => {
    const error = await open(id, options).subscription.closed.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof SubscriptionRefused)
    return error.message
  }
  const id = await service.rows.add()
  assert.match(await refusal(id, { token: () => 'x.y.z' }), /^the token is not accepted: its header/)
  assert.match(await refusal('no-uuid'), /must be a UUID/)
  assert.match(await refusal(newId()), /does not exist/)
  assert.match(await refusal(id, { last: 'nonsense' }), /query\.last: must be the position/)
})

test('connecting is retried while nothing listens and while there is no token', async () => {
  const nobody = open(await service.rows.add(), { url: 'ws://127.0.0.1:1' })
  await eventually('a second try', () => nobody.states.filter((kind) => kind === 'connecting').length > 1)
  nobody.subscription.close()
  await nobody.subscription.closed
  let asked = 0
  const token = (): string => {
    if (asked++ < 2) throw new Error('no token yet')
    return service.token()
  }
  const late = open(await service.rows.add(), { token })
  await eventually('the connection', () => late.states.includes('established'))
  late.subscription.close()
})

test('a subscription ends with the error of a handler and keeps the position before that message', async () => {
  const id = await service.rows.add()
  const failing = open(id, {
    onMessage: () => {
      throw new Error('disk full')
    },
  })
  const beginning = await eventually('a position', () => failing.subscription.position())
  await service.rows.change(id, { title: 'x' })
  await assert.rejects(failing.subscription.closed, /disk full/)
  assert.equal(failing.subscription.position(), beginning)
})

test('a subscription ends with its signal', async () => {
  const abort = new AbortController()
  const { subscription, states } = open(await service.rows.add(), { signal: abort.signal })
  await eventually('the connection', () => states.includes('established'))
  abort.abort()
  await subscription.closed
})
