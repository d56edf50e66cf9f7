import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaMemory, isAfter, recall, type Remembered } from './history.ts'
import { parseRecord, type UnplacedEvent } from './record.ts'
import { RepeatFilter } from './repeats.ts'
import { decodeTopicAnswer, encodeTopicRequest } from './topic-id.ts'
import { parseKafkaUrl } from './url.ts'

test('the URL names brokers, TLS and who logs in', () => {
  assert.deepEqual(parseKafkaUrl('kafka://a:1,b'), { brokers: ['a:1', 'b:9092'], tls: false })
  assert.deepEqual(parseKafkaUrl('kafkas://[::1]:9093/'), { brokers: ['[::1]:9093'], tls: true })
  assert.deepEqual(parseKafkaUrl('kafkas://me:s%40crt@a:1?sasl=plain').sasl, {
    mechanism: 'plain',
    username: 'me',
    password: 's@crt',
  })
  assert.equal(parseKafkaUrl('kafka://me:x@a:1').sasl?.mechanism, 'scram-sha-512')
})

test('what is wrong with a URL is said, without the password', () => {
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

const change = (lsn: number, op = 'u', key = 'a', txId = 1): UnplacedEvent =>
  ({ topic: 'cdc.documents', key, value: { op, source: { lsn, txId } } }) as never

test('only the very same change is a repeat, however old it looks', () => {
  const repeats = new RepeatFilter(3)
  assert.deepEqual(
    [5, 6, 5, 6].map((lsn) => repeats.isRepeat(change(lsn))),
    [false, false, true, true],
  )
  assert.equal(repeats.isRepeat(change(5, 'u', 'b')), false, 'another row of the same record')
  assert.equal(repeats.isRepeat(change(1)), false, 'a log that begins anew')
  assert.equal(repeats.isRepeat(change(5)), false, 'forgotten')
  assert.equal(repeats.isRepeat({ ...change(0), value: { op: 'r', source: { lsn: null } } } as never), false)
})

const record = (value: unknown) => ({
  offset: 0,
  timestamp: 0,
  key: null,
  value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
})

test('tombstones and what is not about a row are nothing, and nonsense is malformed', () => {
  const source = { ts_ms: 1 }
  assert.equal(parseRecord('cdc.documents', record(null)).kind, 'nothing')
  assert.equal(parseRecord('cdc.documents', record({ op: 't', source })).kind, 'nothing')
  assert.equal(parseRecord('cdc.documents', record({ op: 'm', source })).kind, 'nothing')
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

const remembered = (partition: number, next: number, bytes = 10): Remembered => ({
  documentId: `document ${partition}`,
  topic: 'cdc.documents',
  key: `document ${partition}`,
  text: JSON.stringify('x'.repeat(bytes)),
  number: 0,
  partition,
  next,
  position: 'PeQBUK5S.d0.B.B..',
})

test('memory forgets the oldest, by number and by bytes, and knows from where on it is whole', () => {
  const byNumber = new KafkaMemory({ events: 2, bytes: 1e6 }, [[0, 0], []])
  for (const event of [remembered(0, 1), remembered(1, 1), remembered(0, 2)]) byNumber.add(event)
  assert.deepEqual(byNumber.floor, [[1, 0], []])
  assert.deepEqual(
    byNumber.of('document 0').map(({ next }) => next),
    [2],
  )
  const byBytes = new KafkaMemory({ events: 100, bytes: 20_000 }, [[0, 0], []])
  for (let next = 1; next <= 100; next++) byBytes.add(remembered(0, next, 1_500))
  assert.ok(byBytes.size > 5 && byBytes.size <= 10, String(byBytes.size))
  assert.deepEqual(byBytes.floor, [[100 - byBytes.size, 0], []])
})

test('what is recalled does not lead a reader back who was ahead in other partitions', () => {
  const event = remembered(0, 1)
  assert.ok(isAfter(event, [[0, 9], [4]]))
  assert.ok(!isAfter(event, [[1, 0], []]))
  assert.equal(recall(event, [[0, 9], [4]]).position, 'PeQBUK5S.d0.B.J..E')
})

test('the id of a topic is read from the answer, and a cut answer is refused', () => {
  const text = (value: string): number[] => [value.length + 1, ...Buffer.from(value)]
  const topicId = Buffer.alloc(16, 7)
  const answer = Buffer.from([
    ...[0, 0, 0, 0, 0, 2, 0, 0, 0, 1],
    ...text('127.0.0.1'),
    ...[0, 0, 0x23, 0x84, 0, 0],
    ...text('cluster'),
    ...[0, 0, 0, 1, 2, 0, 0],
    ...text('t'),
    ...topicId,
  ])
  assert.deepEqual(decodeTopicAnswer(answer), { clusterId: 'cluster', topicId: topicId.toString('hex') })
  for (let end = 0; end < answer.length; end++) {
    assert.throws(() => decodeTopicAnswer(answer.subarray(0, end)), RangeError)
  }
  assert.equal(encodeTopicRequest('t'.repeat(200)).length, 2 + 16 + 2 + 200 + 5)
})
