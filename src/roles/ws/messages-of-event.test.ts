import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Change, ChangeEvent } from '../../domain/change.ts'
import type { DocumentRow } from '../../domain/document-fields.ts'
import type { SignatureRow } from '../../domain/topics.ts'
import { STATUSES } from '../../domain/document-status.ts'
import { encodeEvent } from './encode-event.ts'
import { messagesOfEvent } from './messages-of-event.ts'
import { formatResumePoint, parseResumePoint } from './resume-point.ts'

const row: DocumentRow = {
  id: '019aa1b2-0000-7000-8000-000000000001',
  title: 'Agreement',
  content_type: 'text/plain',
  content_size: 3,
  content_sha256: 'aa',
  s3_key: '019aa1b2-0000-7000-8000-000000000001/content',
  status: 'created',
  created_by: 'ada@example.com',
  created_at: '2026-03-01T10:00:00Z',
  updated_at: '2026-03-01T10:00:00Z',
  version: 1,
  deleted_at: null,
  traceparent: null,
}
const source: Change<unknown>['source'] = {
  version: '1',
  connector: 'postgresql',
  name: 'docmgr',
  ts_ms: Date.UTC(2026, 2, 1),
  snapshot: 'false',
  db: 'docmgr',
  schema: 'documents',
  table: 'documents',
  txId: 1,
  lsn: 1,
}
const event = (
  op: Change<unknown>['op'],
  before: DocumentRow | null,
  after: DocumentRow | null,
): ChangeEvent => ({
  topic: 'cdc.documents',
  key: row.id,
  position: 'P2',
  value: { op, before, after, source, ts_ms: 0 },
})
const changed = (columns: Partial<DocumentRow>): DocumentRow => ({ ...row, version: 2, ...columns })
const types = (value: ChangeEvent): string[] => messagesOfEvent(value).map(({ type }) => type)

test('a new document is reported as created, a row of a snapshot is not reported', () => {
  assert.deepEqual(messagesOfEvent(event('c', null, row)), [
    {
      type: 'document.created',
      timestamp: '2026-03-01T00:00:00.000Z',
      data: {
        document_id: row.id,
        version: 1,
        title: 'Agreement',
        status: 'created',
        content_type: 'text/plain',
        content_size: 3,
        content_sha256: 'aa',
        s3_key: row.s3_key,
        created_by: 'ada@example.com',
        created_at: '2026-03-01T10:00:00Z',
        updated_at: '2026-03-01T10:00:00Z',
      },
    },
  ])
  assert.deepEqual(types(event('r', null, row)), [])
})

test('a change of status to sent, viewed or signed has its own type, any other is status_changed', () => {
  for (const status of STATUSES.slice(1)) {
    const [message, ...others] = messagesOfEvent(event('u', row, changed({ status })))
    const own = ['sent', 'viewed', 'signed'].includes(status)
    assert.equal(message!.type, own ? `document.${status}` : 'document.status_changed')
    const { old_status, new_status, version } = message!.data
    assert.deepEqual(
      { old_status, new_status, version },
      { old_status: 'created', new_status: status, version: 2 },
    )
    assert.deepEqual(others, [])
  }
})

test('a change of title and status gives both messages, the update first', () => {
  const both = event('u', row, changed({ title: 'Contract', status: 'sent' }))
  assert.deepEqual(types(both), ['document.updated', 'document.sent'])
  assert.deepEqual(messagesOfEvent(both)[0]!.data['changed'], ['title'])
})

test('a write without a visible change has no message', () => {
  assert.deepEqual(types(event('u', row, { ...row, traceparent: '00-1-2-01' })), [])
  assert.deepEqual(types(event('u', row, changed({}))), ['document.updated'])
})

test('a document is reported as deleted once: by deleted_at, or by the deletion of a row without it', () => {
  const gone = changed({ deleted_at: '2026-03-02T00:00:00Z', status: 'cancelled' })
  assert.deepEqual(types(event('u', row, gone)), ['document.deleted'])
  assert.deepEqual(types(event('u', gone, { ...gone, s3_key: null })), [])
  assert.deepEqual(types(event('d', gone, null)), [])
  assert.deepEqual(types(event('d', row, null)), ['document.deleted'])
})

test('a message about a signature has no image and no address', () => {
  const after: SignatureRow = {
    id: '019aa1b2-0000-7000-8000-0000000000a1',
    document_id: row.id,
    signer_email: 'ada@example.com',
    signer_name: 'Ada',
    signed_at: '2026-03-01T10:00:00Z',
    ip_address: '10.0.0.1',
    image_size: 5,
    image_sha256: 'bb',
    traceparent: null,
  }
  const { id, document_id, signer_email, signer_name, signed_at } = after
  const messages = messagesOfEvent({
    topic: 'cdc.signatures',
    key: id,
    position: 'P',
    value: { op: 'c', before: null, after, source, ts_ms: 0 },
  })
  assert.equal(messages[0]!.type, 'signature.added')
  assert.deepEqual(messages[0]!.data, { document_id, signature_id: id, signer_email, signer_name, signed_at })
})

test('only the last message of an event has its position; an earlier one has a resume point between them', () => {
  const encoded = encodeEvent(event('u', row, changed({ title: 'Contract', status: 'sent' })))
  const positions = [0, 1].map((index) => JSON.parse(encoded.message(index, 'P1').toString()).position)
  assert.deepEqual(positions, ['P1~1', 'P2'])
  assert.deepEqual(parseResumePoint('P1~1'), { position: 'P1', skip: 1 })
  for (const text of ['P1~1', 'P2', '', '~', '~x', 'a~b~12'])
    assert.equal(formatResumePoint(parseResumePoint(text)), text)
})
