import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeFetch } from './fetch.ts'

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const int64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
const varint = (value: number): Buffer => {
  const bytes: number[] = []
  let rest = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value)
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}
const bytesOf = (text: string | null): Buffer =>
  text === null ? varint(-1) : Buffer.concat([varint(Buffer.byteLength(text)), Buffer.from(text)])

interface Entry {
  offset: number
  time: number
  key: string | null
  value: string | null
}

function batch(first: number, last: number, entries: Entry[], attributes = 0, maxTime = 0): Buffer {
  const records = entries.map(({ offset, time, key, value }) => {
    const headers = [varint(1), bytesOf('name'), bytesOf('content')]
    const fields = [varint(time - 1_000), varint(offset - first), bytesOf(key), bytesOf(value), ...headers]
    const record = Buffer.concat([Buffer.alloc(1), ...fields])
    return Buffer.concat([varint(record.length), record])
  })
  const body = Buffer.concat([
    Buffer.concat([int32(0), Buffer.from([2]), int32(0), int16(attributes), int32(last - first)]),
    Buffer.concat([int64(1_000), int64(maxTime), int64(-1), int16(-1), int32(-1), int32(records.length)]),
    ...records,
  ])
  return Buffer.concat([int64(first), int32(body.length), body])
}

function answerOf(...partitions: Buffer[]): Buffer {
  const name = Buffer.from('cdc.documents')
  return Buffer.concat([
    Buffer.concat([int32(7), int16(0), int32(0), int32(1), int16(name.length), name]),
    int32(partitions.length),
    ...partitions.flatMap((batches, number) => [
      Buffer.concat([int32(number), int16(0), int64(2 ** 40), int64(0), int64(0)]),
      // One transaction was aborted.
      Buffer.concat([int32(1), int64(1), int64(1), int32(-1)]),
      Buffer.concat([int32(batches.length), batches]),
    ]),
  ])
}

const entry = (offset: number, value: string | null = 'v', time = 1_000): Entry => ({
  offset,
  time,
  key: 'k',
  value,
})

const readable = (answer: Buffer) =>
  decodeFetch(answer)?.responses.flatMap(({ partitions }) =>
    partitions.map(({ partition, records, next, end }) => ({
      partition,
      records: records.map(({ offset, timestamp, key, value }) => [
        offset,
        timestamp,
        key?.toString(),
        value?.toString(),
      ]),
      next,
      end,
    })),
  )

test('records are read from the batches of each partition', () => {
  const first = batch(2 ** 34, 2 ** 34 + 2, [
    { offset: 2 ** 34, time: 1_000 + 2 ** 35, key: null, value: 'Grüße' },
    { offset: 2 ** 34 + 2, time: 998, key: 'k', value: null },
  ])
  const answer = answerOf(
    Buffer.concat([first, batch(2 ** 34 + 3, 2 ** 34 + 3, [entry(2 ** 34 + 3)])]),
    batch(0, 0, [entry(0)]),
  )
  assert.deepEqual(readable(answer), [
    {
      partition: 0,
      records: [
        [2 ** 34, 1_000 + 2 ** 35, undefined, 'Grüße'],
        [2 ** 34 + 2, 998, 'k', undefined],
        [2 ** 34 + 3, 1_000, 'k', 'v'],
      ],
      next: 2 ** 34 + 4,
      end: 2 ** 40,
    },
    { partition: 1, records: [[0, 1_000, 'k', 'v']], next: 1, end: 2 ** 40 },
  ])
  assert.equal(decodeFetch(answer)!.clientSideThrottleTime, 7)
})

test('what is no data, or was compacted away, is passed over', () => {
  const control = batch(4, 4, [entry(4)], 0x20)
  assert.deepEqual(readable(answerOf(Buffer.concat([control, batch(5, 9, [])])))![0], {
    partition: 0,
    records: [],
    next: 10,
    end: 2 ** 40,
  })
})

test('a batch that is cut off at the end is left for the next answer', () => {
  const whole = batch(0, 0, [entry(0)])
  for (const bytes of [1, 30, 70]) {
    const [partition] = readable(
      answerOf(Buffer.concat([whole, batch(1, 1, [entry(1)]).subarray(0, bytes)])),
    )!
    assert.equal(partition!.next, 1)
    assert.equal(partition!.records.length, 1)
  }
  assert.equal(readable(answerOf(Buffer.alloc(0)))![0]!.next, undefined)
})

test('a topic that notes the time of arrival gives all records of a batch the same one', () => {
  const [partition] = readable(answerOf(batch(0, 1, [entry(0), entry(1)], 0x08, 5_000)))!
  assert.deepEqual(
    partition!.records.map(([, time]) => time),
    [5_000, 5_000],
  )
})

test('compressed batches and those of older formats are left to kafkajs', () => {
  assert.equal(decodeFetch(answerOf(batch(0, 0, [entry(0)], 1))), undefined)
  const old = batch(0, 0, [entry(0)])
  old[16] = 1
  assert.equal(decodeFetch(answerOf(old)), undefined)
})

test('an answer that is cut off is an error', () => {
  const answer = answerOf(batch(0, 0, [entry(0)]))
  assert.throws(() => decodeFetch(answer.subarray(0, 20)), RangeError)
})
