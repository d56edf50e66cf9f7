import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Document } from '../../domain/document-fields.ts'
import { queryRows } from '../../db/query.ts'
import { signatureRoleContext } from '../../testing/context.ts'
import { eventually } from '../../testing/deadline.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { problemFields, startTestService } from '../../testing/test-service.ts'

interface Problem {
  type: string
  detail: string
  errors: { field: string; detail: string }[]
}

const service = await startTestService({ roles: ['document'] }, TEST_FILE)

const patch = (id: string, body: unknown, headers?: Record<string, string>) =>
  service.request('PATCH', `/documents/${id}`, body, headers)
const get = async (id: string) =>
  (await (await service.request('GET', `/documents/${id}`)).json()) as Document
/** As the signature role does it. */
const sign = (id: string) => service.document.documents.updateStatus(id, 'signed', signatureRoleContext())
const patched = async (id: string, body: unknown): Promise<Document> => {
  const response = await patch(id, body)
  assert.equal(response.status, 200)
  return (await response.json()) as Document
}

test('changes title and status, each change with its version, and the next read shows it', async () => {
  const { id } = await service.create()
  const titled = await patched(id, { title: 'New title' })
  assert.deepEqual([titled.title, titled.version, titled.status], ['New title', 2, 'created'])
  const both = await patch(id, { title: 'T3', status: 'viewed' })
  assert.equal(both.headers.get('etag'), '"3"')
  const document = (await both.json()) as Document
  assert.deepEqual([document.title, document.version, document.status], ['T3', 3, 'viewed'])
  assert.ok(document.updated_at > titled.updated_at)
  assert.deepEqual(await get(id), document)
})

test('current values change nothing', async () => {
  const created = await service.create()
  for (const body of [{}, { title: created.title }, { status: 'created' }]) {
    assert.deepEqual(await patched(created.id, body), created)
  }
})

test('unknown fields are refused, with the nearest known one, and nothing changes', async () => {
  const created = await service.create()
  const response = await patch(created.id, { titel: 'New', status: 'sent' })
  assert.equal(response.status, 422)
  const { errors } = (await response.json()) as { errors: object[] }
  assert.deepEqual(errors, [{ field: 'titel', detail: 'is unknown; did you mean title?' }])
  assert.deepEqual(await get(created.id), created)
})

test('a disallowed status is 409, names the allowed ones, and the title does not change either', async () => {
  const { id } = await service.create()
  const signed = await sign(id)
  const response = await patch(id, { title: 'Other', status: 'sent' })
  assert.equal(response.status, 409)
  assert.match(
    await response.text(),
    /status-not-allowed.*is signed and cannot move to sent; it can move to completed, archived/,
  )
  assert.deepEqual(await get(id), signed)
})

test('signed is refused with the way that leads there, and nothing changes', async () => {
  const created = await service.create()
  const response = await patch(created.id, { title: 'Other', status: 'signed' })
  assert.equal(response.status, 409)
  const { type, detail, errors } = (await response.json()) as Problem
  assert.equal(type, 'urn:docmgr:problem:status-not-allowed')
  assert.match(detail, /only a signature moves it there \(POST \/signatures\)/)
  assert.deepEqual(errors, [{ field: 'status', detail: 'must be one of sent, viewed, archived, cancelled' }])
  assert.deepEqual(await get(created.id), created)
})

test('the title of a signed document is frozen, also after it moved on, and repeating it changes nothing', async () => {
  const { id, title } = await service.create()
  await sign(id)
  for (const status of ['signed', 'completed', 'archived']) {
    const before = await patched(id, { status })
    for (const body of [{ title: 'Other' }, { title: 'Other', status }]) {
      const response = await patch(id, body)
      assert.equal(response.status, 409)
      const { type, errors } = (await response.json()) as Problem
      assert.equal(type, 'urn:docmgr:problem:title-frozen')
      assert.deepEqual(errors, [{ field: 'title', detail: 'must stay as it is, or be left out' }])
    }
    assert.deepEqual(await patched(id, { title }), before)
    assert.deepEqual(await patched(id, { title, status }), before)
  }
  const { version } = await get(id)
  assert.equal((await patch(id, { title: 'Other' }, { 'if-match': `"${version}"` })).status, 409)
  assert.equal((await patch(id, { title: 'Other' }, { 'if-match': '"1"' })).status, 412)
})

test('a title that waits for a signature in progress is refused when the signature is there', async () => {
  const { id } = await service.create()
  const { pool } = service.database
  const other = await pool.connect()
  let change: Promise<Response>
  try {
    await other.query('BEGIN')
    await other.query(`UPDATE documents.documents SET status = 'signed' WHERE id = $1`, [id])
    change = patch(id, { title: 'Late' })
    await eventually('the change to wait for the row', async () => {
      const waiting = `SELECT 1 FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE 'UPDATE documents.documents%'`
      return (await pool.query(waiting)).rows.length > 0
    })
    await other.query('COMMIT')
  } finally {
    other.release()
  }
  assert.equal((await change).status, 409)
  const rows = await queryRows(pool, 'SELECT title, version FROM documents.documents WHERE id = $1', [id])
  assert.deepEqual(rows, [{ title: 'Contract A', version: 2 }])
})

test('concurrent changes of title and status are both kept', async () => {
  for (let n = 0; n < 10; n++) {
    const { id } = await service.create()
    await Promise.all([patched(id, { title: 'Renamed' }), patched(id, { status: 'sent' })])
    const { title, status, version } = await get(id)
    assert.deepEqual([title, status, version], ['Renamed', 'sent', 3])
  }
})

test('of a title and a signature at once, the title is kept only if it came first', async () => {
  for (let n = 0; n < 20; n++) {
    const { id } = await service.create()
    const [renamed, signed] = await Promise.all([patch(id, { title: 'Renamed' }), sign(id)])
    const { title, status, version } = await get(id)
    const outcome = [renamed.status, signed.version, title, status, version]
    const titleFirst = [200, 3, 'Renamed', 'signed', 3]
    assert.deepEqual(outcome, renamed.status === 200 ? titleFirst : [409, 2, 'Contract A', 'signed', 2])
  }
})

test('reads during changes never leave an old version behind', async () => {
  const { id } = await service.create()
  for (let n = 0; n < 20; n++) {
    await Promise.all([get(id), patched(id, { title: `Title ${n}` }), get(id), get(id)])
    assert.equal((await get(id)).title, `Title ${n}`)
  }
})

test('If-Match allows a change only for a version that it names', async () => {
  const { id } = await service.create()
  const change = (ifMatch: string, n: number) => patch(id, { title: `T${n}` }, { 'if-match': ifMatch })
  assert.equal((await change('"1"', 1)).status, 200)
  assert.equal((await change('"7", "2"', 2)).status, 200)
  assert.equal((await change('*', 3)).status, 200)
  const stale = await change('"1"', 4)
  assert.equal(stale.status, 412)
  assert.match(await stale.text(), /version-mismatch.*has version 4,/)
  assert.equal((await change('W/"4"', 5)).status, 412)
  assert.equal((await get(id)).title, 'T3')
  const bare = await change('4', 6)
  assert.equal(bare.status, 422)
  assert.deepEqual(await problemFields(bare), ['header.if-match'])
})

test('of changes that name the same version one succeeds', async () => {
  const { id } = await service.create()
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => patch(id, { title: `T${n}` }, { 'if-match': '"1"' })),
  )
  const statuses = answers.map(({ status }) => status).sort()
  assert.deepEqual(statuses, [200, ...Array<number>(9).fill(412)])
})

test('refuses invalid fields, and invalid or unknown ids', async () => {
  const { id } = await service.create()
  for (const body of [{ title: null }, { title: '' }, { title: 't'.repeat(256) }, { title: 'a\0' }]) {
    const response = await patch(id, body)
    assert.equal(response.status, 422)
    assert.deepEqual(await problemFields(response), ['title'])
  }
  for (const status of ['SIGNED', null, 'unknown']) assert.equal((await patch(id, { status })).status, 422)
  assert.equal((await patch('zzz', { title: 'x' })).status, 422)
  assert.equal((await patch('06b00000-0000-7000-8000-000000000000', { title: 'x' })).status, 404)
})

test('after a change without an answer, the next read uses the table', async () => {
  const { id } = await service.create()
  const { pool } = service.database
  const other = await pool.connect()
  try {
    await other.query('BEGIN')
    await other.query(`UPDATE documents.documents SET title = 'Unseen' WHERE id = $1`, [id])
    const change = patch(id, { title: 'Waits' })
    // Its connection is cut while it waits for the row.
    await eventually('the connection to cut', async () => {
      const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE 'UPDATE documents.documents%'`
      return (await pool.query(cut)).rows.length > 0
    })
    assert.equal((await change).status, 503)
    await other.query('COMMIT')
  } finally {
    other.release()
  }
  assert.equal((await get(id)).title, 'Unseen')
  assert.deepEqual((await patched(id, { title: 'Seen' })).version, 3)
  assert.equal((await get(id)).title, 'Seen')
})

test('the row has the trace context of the last change', async () => {
  const { id } = await service.create()
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  await patch(id, { title: 'x' }, { traceparent: `00-${trace}-00f067aa0ba902b7-01` })
  const rows = await queryRows(
    service.database.pool,
    'SELECT traceparent FROM documents.documents WHERE id = $1',
    [id],
  )
  assert.match(String(rows[0]!['traceparent']), new RegExp(`^00-${trace}-`))
})
