import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeadline, NotYet, poll } from './poll.ts'
import { TimeoutError, within } from './within.ts'

test('polling ends with the first value', async () => {
  const answers = [undefined, false, new NotYet('starting'), 'ready']
  assert.equal(await poll({ timeoutMs: 30_000 }, 'the server', () => answers.shift() as string), 'ready')
  assert.deepEqual(answers, [])
})

test('after the deadline the error names what was waited for, and why it was not there', async () => {
  const deadline = createDeadline({ timeoutMs: 20 })
  await assert.rejects(
    deadline.poll('the server', () => new NotYet('starting')),
    new TimeoutError(20, 'the server', 'starting'),
  )
  // The deadline is shared by all polls.
  await assert.rejects(
    deadline.poll('the client', () => false),
    /^TimeoutError: timed out after 0.02 s waiting for the client$/,
  )
})

test('polling ends with the error of the probe, or when the signal aborts', async () => {
  const abort = new AbortController()
  const fails = async () => {
    throw new Error('refused')
  }
  await assert.rejects(poll({ timeoutMs: 30_000 }, 'it', fails), /refused/)
  const polling = poll({ timeoutMs: 30_000, signal: abort.signal }, 'it', () => false)
  abort.abort()
  await assert.rejects(polling, { name: 'AbortError' })
})

test('waiting for a promise ends at its time limit', async () => {
  assert.equal(await within(30_000, Promise.resolve(7)), 7)
  await assert.rejects(within(10, new Promise(() => {}), 'the end'), new TimeoutError(10, 'the end'))
})
