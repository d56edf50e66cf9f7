import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TEST_FILE } from '../testing/test-file.ts'
import { startTestService } from '../testing/test-service.ts'
import { createHttpClient } from './http-client.ts'

test('a request waits until the limit of its client ends, also one that must not be repeated', async (t) => {
  const limits = { window: 1, addressRequests: 2 }
  const service = await startTestService({ roles: ['document'], settings: { limits } }, TEST_FILE)
  const client = createHttpClient({ signal: new AbortController().signal })
  t.after(() => client.close())
  const json = { title: 'T', content: 'c', created_by: 'ada@example.com' }
  const created = []
  for (let n = 0; n < 5; n++) {
    // A wait is not part of the time of a request.
    const { body } = await client.send<{ id: string }>(`${service.url}/documents`, {
      method: 'POST',
      json,
      timeoutMs: 900,
    })
    created.push(body.id)
  }
  assert.equal(new Set(created).size, 5)
})
