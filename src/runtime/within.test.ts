import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { abortAfter, TimeoutError } from './within.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test('a combined signal aborts in time, also after unreachable objects were collected', async () => {
  const ended = AbortSignal.any([new AbortController().signal, abortAfter(50)])
  const aborted = once(ended, 'abort')
  await new Promise(setImmediate)
  collectGarbage()
  await Promise.race([aborted, new Promise((_, reject) => setTimeout(reject, 5_000, new Error('never')))])
  assert.ok(ended.reason instanceof TimeoutError)
})
