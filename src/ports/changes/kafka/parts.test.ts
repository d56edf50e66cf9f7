import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent } from '../../../domain/change.ts'
import { Deduplicator } from './deduplicator.ts'
import { isProtocolError, messageOf } from '../../../kafka/errors.ts'
import type { LogItem } from './log-item.ts'
import { parsePosition } from './position.ts'
import { parseRecord } from './record.ts'
import { type BufferLimits, RecentEvents } from './recent-events.ts'
import { ensureKafkaTopics } from '../../../kafka/topics.ts'
import { parseKafkaUrl } from '../../../kafka/url.ts'

test('the URL names brokers, TLS and credentials', () => {
  assert.deepEqual(parseKafkaUrl('kafka://a:1,b'), { brokers: ['a:1', 'b:9092'], tls: false })
  assert.deepEqual(parseKafkaUrl('kafkas://[::1]:9093/'), { brokers: ['[::1]:9093'], tls: true })
  assert.deepEqual(parseKafkaUrl('kafkas://me:s%40crt@a:1?sasl=plain').sasl, {
    mechanism: 'plain',
    username: 'me',
    password: 's@crt',
  })
  assert.equal(parseKafkaUrl('kafka://me:x@a:1').sasl?.mechanism, 'scram-sha-512')
})

test('an error in a URL is explained, without the password', () => {
  const wrong: [string, RegExp][] = [
    ['http://a:1', /no address of Kafka/],
    ['kafka://', /a broker is missing/],
    ['kafka://a:1,,b:2', /a broker is missing/],
    ['kafka://a:99999', /a:99999 is no host:port/],
    ['kafka://me@a:1', /user or password is missing/],
    ['kafka://me:pass%zz@a:1', /percent-encoded/],
    ['kafka://me:secret@a:1?sasl=oauth', /sasl=oauth is not known: use plain, /],
    ['kafka://me:secret@a:1?tls=1', /tls is no setting/],
    ['kafka://a:1?sasl=plain', /sasl needs user:password/],
  ]
  for (const [url, message] of wrong) {
    assert.throws(
      () => parseKafkaUrl(url),
      (error: Error) => message.test(error.message) && !/secret|pass%/.test(error.message),
      url,
    )
  }
})

const change = (lsn: number | null, offset: number, { op = 'u', key = 'a' } = {}): LogItem =>
  ({
    topicIndex: 0,
    partition: 0,
    record: { offset },
    parsed: { kind: 'event', event: { key, value: { op, source: { lsn, txId: 1 } } } },
  }) as never

test('the same change at another offset is a repeat, however old it looks; the same record is not', () => {
  const deduplicator = new Deduplicator(3)
  const isRepeat = (...change_: Parameters<typeof change>): boolean =>
    deduplicator.isRepeat(change(...change_))
  assert.deepEqual(
    [isRepeat(5, 0), isRepeat(6, 1), isRepeat(5, 2), isRepeat(6, 3)],
    [false, false, true, true],
  )
  assert.equal(isRepeat(5, 0), false, 'the record is read again')
  assert.equal(isRepeat(5, 2), true, 'and its repeat')
  assert.equal(isRepeat(5, 4, { key: 'b' }), false, 'another row of the same log record')
  assert.equal(isRepeat(1, 5), false, 'a log that starts over')
  assert.equal(isRepeat(5, 6), false, 'forgotten')
  assert.equal(isRepeat(null, 7, { op: 'r' }), false)
  assert.equal(isRepeat(null, 8, { op: 'r' }), false)
})

test('errors of both packages are recognised, and their causes are in the message', () => {
  const cause = Object.assign(new Error('out of range'), { apiId: 'OFFSET_OUT_OF_RANGE' })
  const findBy = (property: string, value: unknown): unknown =>
    (cause as unknown as Record<string, unknown>)[property] === value ? cause : null
  const platformatic = Object.assign(new AggregateError([cause], 'API Fetch(v17) failed.'), { findBy })
  const kafkajs = Object.assign(new Error('out of range'), { type: 'OFFSET_OUT_OF_RANGE' })
  for (const error of [platformatic, kafkajs]) {
    assert.ok(isProtocolError(error, 'OFFSET_OUT_OF_RANGE'))
    assert.ok(!isProtocolError(error, 'UNKNOWN_TOPIC_ID'))
  }
  assert.equal(messageOf(platformatic), 'API Fetch(v17) failed: out of range')
  assert.equal(messageOf(kafkajs), 'out of range')
})

test('topics with settings that cannot work are refused before Kafka is asked', async () => {
  const settings = { prefix: 'x', partitions: 3, replicationFactor: 1, retentionHours: 1 }
  for (const partitions of [0, 9, 1.5]) {
    await assert.rejects(ensureKafkaTopics('kafka://127.0.0.1:1', { ...settings, partitions }), /from 1 to 8/)
  }
  await assert.rejects(
    ensureKafkaTopics('kafka://127.0.0.1:1', { ...settings, replicationFactor: 0 }),
    /or -1/,
  )
})

const record = (value: unknown) => ({
  offset: 0,
  timestamp: 0,
  key: null,
  value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
})

test('tombstones and operations that are not about a row are ignored, and other values are malformed', () => {
  const source = { ts_ms: 1 }
  assert.equal(parseRecord('cdc.documents', record(null)).kind, 'ignored')
  assert.equal(parseRecord('cdc.documents', record({ op: 't', source })).kind, 'ignored')
  assert.equal(parseRecord('cdc.documents', record({ op: 'm', source })).kind, 'ignored')
  assert.equal(parseRecord('cdc.documents', record({ op: 'd', source, before: { id: 'x' } })).kind, 'event')
  const wrong = [
    '',
    'null',
    '[]',
    '7',
    '{',
    { op: 'c', source },
    { op: 'c', after: { id: 'x' } },
    { op: 'c', source, after: { id: 7 } },
  ]
  for (const value of wrong)
    assert.equal(parseRecord('cdc.documents', record(value)).kind, 'malformed', JSON.stringify(value))
  assert.equal(
    parseRecord('cdc.signatures', record({ op: 'd', source, before: { id: 'x' } })).kind,
    'malformed',
  )
})

/** Reads an event of a partition's own document. */
function readInto(recent: RecentEvents, partition: number, offset: number, bytes = 10): void {
  const key = `document ${partition}`
  const value = { op: 'u', after: { id: key }, source: { lsn: offset, txId: partition } }
  const text = JSON.stringify('x'.repeat(bytes))
  recent.read({
    topic: 'cdc.documents',
    topicIndex: 0,
    partition,
    record: { offset },
    parsed: { kind: 'event', event: { topic: 'cdc.documents', key, value }, text },
  } as never)
}

const openRecent = (limits: BufferLimits): RecentEvents => new RecentEvents('PeQBUK5S', [[0, 0], []], limits)

test('the oldest events are removed from memory, by number and by bytes', () => {
  const byNumber = openRecent({ events: 2, bytes: 1e6 })
  for (const [partition, offset] of [
    [0, 0],
    [1, 0],
    [0, 1],
  ])
    readInto(byNumber, partition!, offset!)
  assert.equal(byNumber.oldest, 'PeQBUK5S.-.B.A..')
  assert.equal(byNumber.replay('document 0', [[0, 0], []], 10), undefined)
  const kept = byNumber.replay('document 0', [[1, 0], []], 10) as ChangeEvent[]
  assert.deepEqual(
    kept.map(({ position }) => position),
    ['PeQBUK5S.d0.C.B..'],
  )
  const byBytes = openRecent({ events: 100, bytes: 20_000 })
  for (let offset = 0; offset < 100; offset++) readInto(byBytes, 0, offset, 1_500)
  const [start] = parsePosition(byBytes.oldest)!.offsets[0]!
  assert.ok(start! >= 90 && start! < 95, String(start))
})

test('a replayed event does not move a reader back that was ahead in other partitions', () => {
  const recent = openRecent({ events: 10, bytes: 1e6 })
  readInto(recent, 0, 0)
  const [event] = recent.replay('document 0', [[0, 9], [4]], 10) as ChangeEvent[]
  assert.equal(event!.position, 'PeQBUK5S.d0.B.J..E')
  assert.deepEqual(recent.replay('document 0', [[1, 0], []], 10), [])
})
