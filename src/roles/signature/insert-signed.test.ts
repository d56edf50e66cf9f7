/** Signatures and the moves of their documents in one statement: with the document role in the same process. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction, queryRows } from '../../db/query.ts'
import type { HistoryEntry } from '../../domain/history.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const service = await startTestService(
  { roles: ['document', 'signature'], overrides: { signing: { statusWaitMs: 60_000 } } },
  TEST_FILE,
)
const { pool } = service.database
const IMAGE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64').toString('base64')

/** The rows of a document's signatures, with the transactions that wrote them, the document and the image. */
const written = (id: string) =>
  queryRows<{ signature: string; document: string; object: string; intents: number; version: number }>(
    pool,
    `select s.xmin::text as signature, d.xmin::text as document, o.xmin::text as object, d.version,
            (select count(*) from signatures.signing_intents where document_id = d.id) as intents
       from documents.documents d join signatures.signatures s on s.document_id = d.id
       left join blobs.objects o on o.bucket = 'signatures' and o.key = s.id || '/signature.png'
      where d.id = $1`,
    [id],
  )

test('a signature, its image and the move of its document are one transaction without an intent', async () => {
  const { id } = await service.create()
  const { status, body } = await service.sign(id, { signature_data: IMAGE })
  assert.deepEqual([status, body.document_status], [201, 'signed'])
  const [row, ...more] = await written(id)
  assert.equal(more.length, 0)
  assert.deepEqual([row!.document, row!.object], [row!.signature, row!.signature])
  assert.deepEqual([row!.intents, row!.version], [0, 2])
  assert.equal((await service.get(`/documents/${id}`)).body.status, 'signed')
  assert.equal((await service.get(`/signatures/${body.id}`)).body.signature_data, IMAGE)
})

test('the history has the signature by its signer, and then the move by the signature role', async () => {
  const { id } = await service.create()
  const headers = { 'user-agent': 'test of signatures' }
  assert.equal((await service.sign(id, {}, headers)).status, 201)
  const entries = await queryRows<{ entry: string; agent: string | null; actor: string | null }>(
    pool,
    `select entry, salted->'user_agent'->>1 as agent, salted->'actor'->>1 as actor
       from history.history left join history.personal using (document_id, number) where document_id = $1 order by number`,
    [id],
  )
  assert.deepEqual(
    entries.slice(1).map(({ entry, agent, actor }) => {
      const { action, by } = JSON.parse(entry) as HistoryEntry
      return [action, by, agent, actor]
    }),
    [
      ['signature.added', 'anonymous', 'test of signatures', null],
      ['document.changed', 'service', null, 'signature'],
    ],
  )
})

test('signatures that wait for the same are one transaction, and one that is refused fails alone', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, async () => (await service.create()).id))
  const [twice, cancelled] = ids as [string, string]
  await service.sign(twice)
  await service.request('PATCH', `/documents/${cancelled}`, { status: 'cancelled' })
  const answers = await Promise.all(ids.map((id) => service.sign(id, { signature_data: IMAGE })))
  assert.deepEqual(
    answers.map(({ status }) => status),
    ids.map((id) => (id === twice || id === cancelled ? 409 : 201)),
  )
  const rows = await Promise.all(ids.map(written))
  assert.deepEqual(
    rows.map((of) => of.length),
    ids.map((id) => (id === cancelled ? 0 : 1)),
  )
  // Of nobody: the image of what was refused.
  const [objects] = await queryRows<{ count: number }>(
    pool,
    `select count(*) from blobs.objects where bucket = 'signatures'
      and key not in (select id || '/signature.png' from signatures.signatures)`,
  )
  assert.equal(objects!.count, 0)
})

test('several signers of one document at the same time move it once', async () => {
  const { id } = await service.create()
  const signers = Array.from({ length: 6 }, (_, n) => `signer-${n}@example.com`)
  const answers = await Promise.all(signers.map((signer_email) => service.sign(id, { signer_email })))
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.document_status]),
    signers.map(() => [201, 'signed']),
  )
  assert.equal((await service.get(`/documents/${id}`)).body.version, 2)
  assert.equal((await written(id)).length, signers.length)
})

test('a document that somebody else changes just now is signed after that, or refuses', async () => {
  for (const [change, expected] of [
    [`title = 'Other'`, 201],
    [`status = 'archived'`, 409],
  ] as const) {
    const { id } = await service.create()
    // In the cache, as it was before the change.
    await service.get(`/documents/${id}`)
    const signed = await inTransaction(pool, async (transaction) => {
      await queryRows(transaction, `update documents.documents set ${change} where id = $1`, [id])
      const signing = service.sign(id, { signature_data: IMAGE })
      // Nobody else waits for that.
      const other = await service.sign((await service.create()).id)
      assert.equal(other.body.document_status, 'signed')
      return { signing }
    })
    assert.equal((await signed.signing).status, expected)
    const [document] = await queryRows<{ status: string; signed: boolean }>(
      pool,
      'select status, signed_at is not null as signed from documents.documents where id = $1',
      [id],
    )
    const rows = await written(id)
    assert.deepEqual([document!.signed, rows.length], expected === 201 ? [true, 1] : [false, 0])
  }
})

test('a repeated request with its key gets the same answer, and the move is in its transaction', async () => {
  const { id } = await service.create()
  const headers = { 'idempotency-key': `of-${id}` }
  const answers = await Promise.all([1, 2, 3].map(() => service.sign(id, { signature_data: IMAGE }, headers)))
  answers.push(await service.sign(id, { signature_data: IMAGE }, headers))
  const [first] = answers
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.id, body.document_status, body.signature_data]),
    answers.map(() => [201, first!.body.id, 'signed', IMAGE]),
  )
  const [row, ...more] = await written(id)
  assert.deepEqual([row!.intents, row!.version, more.length], [0, 2, 0])
  assert.deepEqual([row!.document, row!.object], [row!.signature, row!.signature])
  assert.equal((await service.sign(id, { signer_name: 'Other' }, headers)).status, 422)
})

test('a key whose document refuses stays free', async () => {
  const { id } = await service.create()
  const headers = { 'idempotency-key': `of-${id}` }
  await queryRows(pool, `update documents.documents set status = 'cancelled' where id = $1`, [id])
  assert.equal((await service.sign(id, {}, headers)).status, 409)
  const other = await service.create()
  assert.equal((await service.sign(other.id, {}, headers)).status, 201)
})
