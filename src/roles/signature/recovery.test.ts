import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryRows } from '../../db/query.ts'
import type { DocumentStatus } from '../../domain/document-status.ts'
import { DomainError } from '../../domain/errors.ts'
import { openMemoryDocuments } from '../../testing/memory-documents.ts'
import type { Documents } from '../../ports/documents/port.ts'
import { testContext } from '../../testing/context.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { deferred, eventually } from '../../testing/deadline.ts'
import { type SignatureService, startSignatureService } from '../../testing/signature-service.ts'
import { createIntentStore } from './intent-store.ts'

/** Documents whose calls can be made to fail, hang, or be preceded by something. */
function switchable() {
  type Fault = () => Promise<void>
  const faults: { get?: Fault; before?: Fault; after?: Fault; moves: number } = { moves: 0 }
  const through = (documents: Documents): Partial<Documents> => ({
    async get(id, context) {
      await faults.get?.()
      return documents.get(id, context)
    },
    async updateStatus(id, status, context) {
      faults.moves++
      await faults.before?.()
      const moved = await documents.updateStatus(id, status, context)
      await faults.after?.()
      return moved
    },
  })
  return { faults, through }
}

const down = async (): Promise<never> => {
  throw new DomainError('unavailable', 'the document role cannot be reached')
}
const hung = (): Promise<never> => new Promise(() => {})

const statusOf = async (docs: SignatureService, id: string): Promise<DocumentStatus | ''> =>
  (await docs.documents.exists(id, testContext())).status

const tables = async ({ database }: SignatureService): Promise<number[]> => {
  const [row] = await queryRows<{ signatures: number; intents: number; keys: number }>(
    database.pool,
    `SELECT (SELECT count(*) FROM signatures.signatures) AS signatures,
            (SELECT count(*) FROM signatures.signing_intents) AS intents,
            (SELECT count(*) FROM signatures.idempotency_keys) AS keys`,
  )
  return [row!.signatures, row!.intents, row!.keys]
}

test('while the document role is down nothing is stored, and the answer is 503, not 404', async (t) => {
  const { faults, through } = switchable()
  const docs = await startSignatureService({ through }, t)
  faults.get = down
  const { status, body } = await docs.sign(docs.documents.create().id)
  assert.equal(status, 503)
  assert.equal(body.type, 'urn:docmgr:problem:unavailable')
  assert.deepEqual(await tables(docs), [0, 0, 0])
})

test('a move that fails is answered as pending and retried until it succeeds', async (t) => {
  const { faults, through } = switchable()
  const docs = await startSignatureService({ through }, t)
  docs.signature.start()
  faults.before = down
  const { id } = docs.documents.create('sent')
  const { status, body } = await docs.sign(id)
  assert.deepEqual([status, body.document_status], [201, 'pending'])
  assert.equal(await statusOf(docs, id), 'sent')
  await eventually('some repetitions', () => faults.moves > 3)
  assert.equal(await docs.signature.pending(), 1)
  delete faults.before
  await eventually('the document to be signed', async () => (await statusOf(docs, id)) === 'signed')
  await eventually('the intent to be done', async () => (await docs.signature.pending()) === 0)
})

test('a move that hangs is answered as pending in time, and retried', async (t) => {
  const { faults, through } = switchable()
  const limits = { statusWaitMs: 100, sweepWaitMs: 100 }
  const docs = await startSignatureService({ through, limits }, t)
  docs.signature.start()
  faults.before = hung
  const { id } = docs.documents.create()
  const begun = performance.now()
  const { body } = await docs.sign(id)
  assert.equal(body.document_status, 'pending')
  assert.ok(performance.now() - begun < 10_000)
  await eventually('a repetition', () => faults.moves > 1)
  delete faults.before
  await eventually('the document to be signed', async () => (await statusOf(docs, id)) === 'signed')
})

test('a move whose answer is lost is retried without another change', async (t) => {
  const { faults, through } = switchable()
  const docs = await startSignatureService({ through }, t)
  docs.signature.start()
  faults.after = down
  const { id } = docs.documents.create()
  assert.equal((await docs.sign(id)).body.document_status, 'pending')
  delete faults.after
  await eventually('the intent to be done', async () => (await docs.signature.pending()) === 0)
  assert.equal((await docs.documents.get(id, testContext())).version, 2)
})

test('a document that moved on after a lost answer keeps its signature', async (t) => {
  const { faults, through } = switchable()
  const docs = await startSignatureService({ through }, t)
  faults.after = down
  const { id } = docs.documents.create()
  assert.equal((await docs.sign(id)).body.document_status, 'pending')
  await docs.documents.updateStatus(id, 'completed', testContext())
  delete faults.after
  docs.signature.start()
  await eventually('the intent to be done', async () => (await docs.signature.pending()) === 0)
  assert.deepEqual(await tables(docs), [1, 0, 0])
})

test('the next process finishes at its start what a process left that died between commit and move', async (t) => {
  const { faults, through } = switchable()
  const database = await openTestDatabase(t)
  const documents = openMemoryDocuments()
  const limits = { statusWaitMs: 60_000, sweepEveryMs: 60_000, retryBaseMs: 60_000 }
  const first = await startSignatureService({ database, documents, through, limits }, t)
  const call = deferred()
  faults.before = () => call.promise
  const { id } = documents.create()
  const signed = first.sign(id)
  await eventually('the commit and the call', () => faults.moves === 1)
  // The first one does no more: its call hangs, and it sweeps nothing.
  const second = await startSignatureService({ database, documents, limits }, t)
  second.signature.start()
  await eventually('the document to be signed', async () => (await statusOf(second, id)) === 'signed')
  await eventually('the intent to be done', async () => (await second.signature.pending()) === 0)
  // Had it only been slow, its move would change nothing more.
  call.resolve()
  assert.equal((await signed).body.document_status, 'signed')
  assert.equal((await second.documents.get(id, testContext())).version, 2)
})

for (const [what, code, status] of [
  ['cancelled', 'document-not-signable', 409],
  ['deleted', 'document-not-found', 404],
] as const) {
  test(`a document ${what} between check and move is not signed, and nothing is stored`, async (t) => {
    const { faults, through } = switchable()
    const docs = await startSignatureService({ through }, t)
    const { id } = docs.documents.create()
    faults.before = async () => {
      if (what === 'deleted') docs.documents.remove(id)
      else await docs.documents.updateStatus(id, 'cancelled', testContext())
    }
    const answer = await docs.sign(id, { signature_data: 'aGVsbG8=' }, { 'idempotency-key': 'k' })
    assert.equal(answer.status, status)
    assert.equal(answer.body.type, `urn:docmgr:problem:${code}`)
    assert.deepEqual(await tables(docs), [0, 0, 0])
  })
}

for (const what of ['cancelled', 'deleted'] as const)
  test(`an acknowledged signature whose document is ${what} before the move is kept, and its intent is rejected`, async (t) => {
    const { faults, through } = switchable()
    const docs = await startSignatureService({ through }, t)
    faults.before = down
    const { id } = docs.documents.create()
    const headers = { 'idempotency-key': 'k' }
    assert.equal((await docs.sign(id, {}, headers)).body.document_status, 'pending')
    assert.equal((await docs.sign(id, {}, headers)).body.document_status, 'pending')
    const { content_sha256 } = await docs.documents.get(id, testContext())
    if (what === 'deleted') docs.documents.remove(id)
    else await docs.documents.updateStatus(id, 'cancelled', testContext())
    delete faults.before
    docs.signature.start()
    await eventually('the intent to be closed', async () => (await docs.signature.pending()) === 0)
    assert.deepEqual(await tables(docs), [1, 1, 1])
    const [intent] = await queryRows(
      docs.database.pool,
      'SELECT rejected_because FROM signatures.signing_intents',
    )
    assert.match(
      String(intent!['rejected_because']),
      what === 'deleted' ? /there is no document/ : /cancelled/,
    )
    assert.match(
      await docs.metrics.registry.metrics(),
      /docmgr_signing_repeats_total\{outcome="rejected"\} 1/,
    )
    const { body } = await docs.sign(id, {}, headers)
    assert.deepEqual([body.document_status, body.content_sha256], ['refused', content_sha256])
  })

test('of concurrent signing and cancelling one succeeds, and signature and document agree', async (t) => {
  const docs = await startSignatureService({}, t)
  for (let round = 0; round < 20; round++) {
    const { id } = docs.documents.create()
    const cancel = new Promise((resolve) => setTimeout(resolve, round / 4)).then(() =>
      docs.documents.updateStatus(id, 'cancelled', testContext()).then(
        () => true,
        () => false,
      ),
    )
    const [answer, cancelled] = await Promise.all([docs.sign(id), cancel])
    const stored = (await docs.get(`/documents/${id}/signatures`)).body.length
    const outcome = [answer.status, cancelled, stored, await statusOf(docs, id)]
    assert.deepEqual(outcome, cancelled ? [409, true, 0, 'cancelled'] : [201, false, 1, 'signed'])
  }
})

test('start makes older intents due, and does not touch later ones', async (t) => {
  const limits = { retryBaseMs: 60_000 }
  const docs = await startSignatureService({ limits, through: () => ({ updateStatus: down }) }, t)
  const intents = createIntentStore(docs.database.pool)
  const before = new Date()
  assert.equal((await docs.sign(docs.documents.create().id)).body.document_status, 'pending')
  await intents.makeDue(before)
  assert.equal((await intents.claim(10, 60_000)).length, 0)
  await intents.makeDue(new Date())
  assert.equal((await intents.claim(10, 60_000)).length, 1)
  assert.equal((await intents.claim(10, 60_000)).length, 0)
  // The process that has claimed it may have died.
  await intents.makeDue(new Date())
  assert.equal((await intents.claim(10, 60_000)).length, 1)
})

test('two processes share the intents and do nothing twice', async (t) => {
  const database = await openTestDatabase(t)
  const documents = openMemoryDocuments()
  const failing = await startSignatureService(
    { database, documents, through: () => ({ updateStatus: down }) },
    t,
  )
  const { faults, through } = switchable()
  const sweepers = [
    await startSignatureService({ database, documents, through }, t),
    await startSignatureService({ database, documents, through }, t),
  ]
  for (const { signature } of sweepers) signature.start()
  const ids = Array.from({ length: 30 }, () => documents.create().id)
  await Promise.all(ids.map((id) => failing.sign(id)))
  await eventually('all to be done', async () => (await failing.signature.pending()) === 0)
  assert.equal(faults.moves, 30)
  assert.deepEqual(new Set(await Promise.all(ids.map((id) => statusOf(failing, id)))), new Set(['signed']))
})

test('stop finishes the current batch', async (t) => {
  const { faults, through } = switchable()
  const docs = await startSignatureService({ through }, t)
  faults.before = down
  const { id } = docs.documents.create()
  await docs.sign(id)
  let release = (): void => {}
  let isReached = false
  faults.before = () => {
    isReached = true
    return new Promise((resolve) => (release = resolve))
  }
  docs.signature.start()
  await eventually('the repetition', () => isReached)
  const stopped = docs.signature.stop()
  release()
  await stopped
  assert.equal(await docs.signature.pending(), 0)
  assert.equal(await statusOf(docs, id), 'signed')
})
