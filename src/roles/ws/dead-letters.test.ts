import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryRows } from '../../db/query.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { newId, startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document', 'ws'] }, TEST_FILE)
const { pool } = service.database

/** @param event undefined: one of another document */
async function addLetter(consumer: string, position: string, seconds: number, document = newId()) {
  const event = {
    topic: 'cdc.documents',
    key: document,
    position,
    value: { op: 'c', after: { id: document } },
  }
  await queryRows(
    pool,
    `INSERT INTO changes.dead_letters (consumer, position, event, error, recorded_at)
     VALUES ($1, $2, $3, $4, '2026-01-01'::timestamptz + $5 * interval '1 second')`,
    [consumer, position, JSON.stringify(event), `Error: at ${position}\n${'x'.repeat(2_000)}`, seconds],
  )
  return `${consumer}/${position}`
}

const retry = (body: unknown) => service.send('POST', '/dead-letters/retry', body)

test('letters are listed in pages, the newest failures first, each once', async () => {
  const ids: string[] = []
  // Two at a time.
  for (let n = 0; n < 7; n++) ids.push(await addLetter('indexer', `p${n}`, Math.floor(n / 2)))
  const expected = ['p6', 'p4', 'p5', 'p2', 'p3', 'p0', 'p1'].map((position) => `indexer/${position}`)
  const listed: string[] = []
  for (let next: string | undefined = '/dead-letters?limit=2&total=true'; next !== undefined;) {
    const { status, body, headers } = await service.get(next)
    assert.deepEqual([status, headers.get('x-total-count')], [200, '7'])
    listed.push(...(body as { id: string }[]).map(({ id }) => id))
    next = /<([^>]+)>/.exec(headers.get('link') ?? '')?.[1]
  }
  assert.deepEqual(listed, expected)
  const [first] = (await service.get('/dead-letters?limit=1')).body
  const { position, topic, recorded_at, error, partition, offset } = first
  assert.deepEqual(
    { position, topic, recorded_at, partition, offset },
    {
      position: 'p6',
      topic: 'cdc.documents',
      recorded_at: '2026-01-01T00:00:03.000000Z',
      partition: null,
      offset: null,
    },
  )
  assert.equal(error.length, 1_000)
  for (const wrong of ['limit=0', 'limit=201', 'cursor=x'])
    assert.equal((await service.get(`/dead-letters?${wrong}`)).status, 422, wrong)
})

test('a retry announces the document and settles its letter, once', async () => {
  const document = await service.rows.add()
  const id = await addLetter('indexer', 'q1', 10, document)
  assert.deepEqual((await retry({ id })).body, { status: 'announced' })
  assert.deepEqual((await retry({ id })).body, { status: 'settled' })
  const { body } = await service.get('/dead-letters')
  assert.ok((body as { id: string }[]).every((letter) => letter.id !== id))
})

test('what cannot be processed again says why, and stays', async () => {
  const other = await addLetter('ws', 'r1', 20)
  const gone = await addLetter('indexer', 'r2', 20)
  for (const [id, reason] of [
    [other, /must be of the consumer indexer/],
    [gone, /whose row exists/],
  ] as const) {
    const { status, body } = await retry({ id })
    assert.equal(status, 422)
    assert.equal(body.errors[0].field, 'id')
    assert.match(body.errors[0].detail, reason)
  }
  const listed = (await service.get('/dead-letters')).body as { id: string; can_retry: boolean }[]
  assert.equal(listed.find(({ id }) => id === other)!.can_retry, false)
  assert.equal(listed.find(({ id }) => id === gone)!.can_retry, true)
  for (const wrong of [{}, { id: '' }, { id: 'x'.repeat(501) }])
    assert.equal((await retry(wrong)).status, 422)
})
