import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent } from '../../domain/change.ts'
import { type DocumentRow, PUBLIC_FIELDS } from '../../domain/document-fields.ts'
import type { SignatureRow } from '../../domain/topics.ts'
import { STATUSES } from '../../domain/document-status.ts'
import { SAMPLE_SOURCE, sampleEvent, sampleRow } from '../../testing/sample-documents.ts'
import { encodeEvent } from './encode-event.ts'
import { messagesOfEvent } from './messages-of-event.ts'
import { formatResumePoint, parseResumePoint } from './resume-point.ts'

const row = sampleRow()
const changed = (columns: Partial<DocumentRow>): DocumentRow => ({ ...row, version: 2, ...columns })
const types = (value: ChangeEvent): string[] => messagesOfEvent(value).map(({ type }) => type)

test('a new document is reported as created, a row of a snapshot is not reported', () => {
  assert.deepEqual(messagesOfEvent(sampleEvent('c', null, row)), [
    {
      type: 'document.created',
      timestamp: '2026-03-01T00:00:00.000Z',
      data: {
        document_id: row.id,
        ...Object.fromEntries(PUBLIC_FIELDS.filter((name) => name !== 'id').map((name) => [name, row[name]])),
        text: { state: 'indexed' },
      },
    },
  ])
  assert.deepEqual(types(sampleEvent('r', null, row)), [])
})

test('a change of status to sent, viewed or signed has its own type, any other is status_changed', () => {
  for (const status of STATUSES.slice(1)) {
    const [message, ...others] = messagesOfEvent(sampleEvent('u', row, changed({ status })))
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

test('a text that was read is reported without a new version', () => {
  const pending = { ...row, text_state: 'pending' } as const
  const read = { ...row, text_pages: 3, text_cut: true }
  const [message, ...others] = messagesOfEvent(sampleEvent('u', pending, read))
  assert.equal(message!.type, 'document.text')
  assert.deepEqual(message!.data['text'], { state: 'indexed', pages: 3, cut: true })
  assert.deepEqual(others, [])
  // An event from before these columns.
  const {
    text_state: _,
    text_reason: __,
    text_pages: ___,
    text_language: ____,
    text_cut: _____,
    ...old
  } = row
  assert.deepEqual(types(sampleEvent('u', old as DocumentRow, { ...old, title: 'New' } as DocumentRow)), [
    'document.updated',
  ])
})

test('a change of title and status gives both messages, the update first', () => {
  const both = sampleEvent('u', row, changed({ title: 'Contract', status: 'sent' }))
  assert.deepEqual(types(both), ['document.updated', 'document.sent'])
  assert.deepEqual(messagesOfEvent(both)[0]!.data['changed'], ['title'])
})

test('a write without a visible change has no message', () => {
  assert.deepEqual(types(sampleEvent('u', row, { ...row, traceparent: '00-1-2-01' })), [])
  assert.deepEqual(types(sampleEvent('u', row, changed({}))), ['document.updated'])
})

test('a document is reported as deleted once: by deleted_at, or by the deletion of a row without it', () => {
  const gone = changed({ deleted_at: '2026-03-02T00:00:00Z', status: 'cancelled' })
  assert.deepEqual(types(sampleEvent('u', row, gone)), ['document.deleted'])
  assert.deepEqual(types(sampleEvent('u', gone, { ...gone, s3_key: null })), [])
  assert.deepEqual(types(sampleEvent('d', gone, null)), [])
  assert.deepEqual(types(sampleEvent('d', row, null)), ['document.deleted'])
})

test('a message about a signature names what was signed, and has no image, address or token', () => {
  const after: SignatureRow = {
    id: '019aa1b2-0000-7000-8000-0000000000a1',
    document_id: row.id,
    signer_email: 'ada@example.com',
    signer_name: 'Ada',
    signed_at: '2026-03-01T10:00:00Z',
    ip_address: '10.0.0.1',
    content_sha256: 'cc',
    client_address: '10.0.0.2',
    token_subject: 'ada',
    signed_by: null,
    image_encoding: 'base64',
    image_prefix: 'data:image/png;base64,',
    image_type: 'image/png',
    image_size: 5,
    image_sha256: 'bb',
    traceparent: null,
  }
  const { id, document_id, signer_email, signer_name, signed_at, content_sha256 } = after
  const messages = messagesOfEvent({
    topic: 'cdc.signatures',
    key: id,
    position: 'P',
    value: { op: 'c', before: null, after, source: SAMPLE_SOURCE, ts_ms: 0 },
  })
  assert.equal(messages[0]!.type, 'signature.added')
  const data = { document_id, signature_id: id, signer_email, signer_name, signed_at, content_sha256 }
  assert.deepEqual(messages[0]!.data, data)
})

test('only the last message of an event has its position; an earlier one has a resume point between them', () => {
  const encoded = encodeEvent(sampleEvent('u', row, changed({ title: 'Contract', status: 'sent' })))
  const positions = [0, 1].map((index) => JSON.parse(encoded.message(index, 'P1').json.toString()).position)
  assert.deepEqual(positions, ['P1~1', 'P2'])
  assert.deepEqual(
    [0, 1].map((index) => encoded.message(index, 'P1').position),
    positions,
  )
})

test('a resume point is a position, with or without a number, or start', () => {
  const parse = (text: string) => parseResumePoint(text, 'query.last', (position) => /^P\d$/.test(position))
  assert.deepEqual(parse('P1~1'), { position: 'P1', skip: 1 })
  for (const text of ['P1~1', 'P2', 'P1~12', 'start']) assert.equal(formatResumePoint(parse(text)), text)
  for (const text of [
    '',
    'p',
    '~',
    '~1',
    'P1~',
    'P1~0',
    'P1~x',
    'P1~123',
    'P1~1~1',
    'P1 ',
    `P1${'~1'.repeat(99)}`,
  ]) {
    assert.throws(
      () => parse(text),
      /query\.last: must be the position of a message that was received, or start/,
    )
  }
})
