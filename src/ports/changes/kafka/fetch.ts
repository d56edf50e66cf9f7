/**
 * The part of Kafka's protocol that brings the records: answers to Fetch, version 11, with record batches of format 2
 * (Apache Kafka documentation, "Record Batch"). kafkajs reads them too, for 10 µs of CPU a record, since it computes
 * with big integers and makes an object of headers for each; this takes 1 µs.
 */
import type { KafkaRecord } from './link.ts'
import type { Broker, FetchAnswer, FetchedPartition, KafkaJsFetchAnswer } from './protocol.ts'

const VERSION = 11

/** Within a batch. */
const AT = {
  length: 8,
  magic: 16,
  attributes: 21,
  lastDelta: 23,
  time: 27,
  maxTime: 35,
  count: 57,
  records: 61,
}
const FORMAT = 2
const COMPRESSED = 0x07
const TIME_OF_APPEND = 0x08
const CONTROL = 0x20

/** A broker whose answers to Fetch are read here, or, where that is not possible, by kafkajs. */
export function readingRecords(broker: Broker): Broker {
  return Object.create(broker, {
    lookupRequest: {
      value: (apiKey: number, definition: unknown) => {
        const encoderOf = broker.lookupRequest(apiKey, definition)
        return (values: object) => {
          const { request, response } = encoderOf(values)
          const decode = async (answer: Buffer): Promise<FetchAnswer> =>
            (request.apiVersion === VERSION ? decodeFetch(answer) : undefined) ??
            translate((await response.decode(answer)) as KafkaJsFetchAnswer)
          return { request, response: { ...response, decode } }
        }
      },
    },
  }) as Broker
}

function translate({ clientSideThrottleTime = 0, responses }: KafkaJsFetchAnswer): FetchAnswer {
  return {
    clientSideThrottleTime,
    responses: responses.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partition, errorCode, highWatermark, messages }) => {
        const last = messages.at(-1)
        return {
          partition,
          errorCode,
          end: Number(highWatermark),
          records: messages
            .filter(({ isControlRecord }) => !isControlRecord)
            .map(({ offset, timestamp, key, value }) => ({
              offset: Number(offset),
              timestamp: Number(timestamp),
              key,
              value,
            })),
          next: last && Number(last.offset) + 1,
        }
      }),
    })),
  }
}

/**
 * @param answer what follows the correlation id
 * @returns undefined when there is a compressed batch in it, or one of an older format
 * @throws RangeError when it is cut off
 */
export function decodeFetch(answer: Buffer): FetchAnswer | undefined {
  // Before it: how long the broker throttles, an error of the session, and the session.
  const at = { answer, offset: 10 }
  const responses: FetchAnswer['responses'] = []
  for (let topics = readInt32(at); topics > 0; topics--) {
    const topicName = readText(at)
    const partitions: FetchedPartition[] = []
    for (let count = readInt32(at); count > 0; count--) {
      const partition = readPartition(at)
      if (partition === undefined) return undefined
      partitions.push(partition)
    }
    responses.push({ topicName, partitions })
  }
  return { clientSideThrottleTime: answer.readInt32BE(0), responses }
}

function readPartition(at: Place): FetchedPartition | undefined {
  const partition = readInt32(at)
  const errorCode = at.answer.readInt16BE(at.offset)
  const end = readInt64(at.answer, at.offset + 2)
  // The end of what is stable, and the beginning of the log; then the aborted transactions, and another replica.
  at.offset += 2 + 3 * 8
  const aborted = Math.max(0, readInt32(at))
  at.offset += 16 * aborted + 4
  const size = Math.max(0, readInt32(at))
  const batches = at.answer.subarray(at.offset, at.offset + size)
  at.offset += size
  const read = readBatches(batches)
  return read && { partition, errorCode, end, ...read }
}

/** The last batch can be cut off: the answer has room for so many bytes only. */
function readBatches(batches: Buffer): Pick<FetchedPartition, 'records' | 'next'> | undefined {
  const records: KafkaRecord[] = []
  let next: number | undefined
  for (let start = 0; start + AT.records <= batches.length;) {
    const end = start + AT.length + 4 + batches.readInt32BE(start + AT.length)
    if (end > batches.length) break
    const attributes = batches.readInt16BE(start + AT.attributes)
    if (batches[start + AT.magic] !== FORMAT || (attributes & COMPRESSED) !== 0) return undefined
    if ((attributes & CONTROL) === 0) readBatch(batches, start, attributes, records)
    next = readInt64(batches, start) + batches.readInt32BE(start + AT.lastDelta) + 1
    start = end
  }
  return { records, next }
}

function readBatch(answer: Buffer, start: number, attributes: number, records: KafkaRecord[]): void {
  const firstOffset = readInt64(answer, start)
  const firstTime = readInt64(answer, start + AT.time)
  const appended = (attributes & TIME_OF_APPEND) === 0 ? undefined : readInt64(answer, start + AT.maxTime)
  const at = { answer, offset: start + AT.records }
  for (let count = answer.readInt32BE(start + AT.count); count > 0; count--) {
    const size = readVarint(at)
    const end = at.offset + size
    // Attributes, of which there are none.
    at.offset += 1
    const timestamp = appended ?? firstTime + readVarint(at)
    const offset = firstOffset + readVarint(at)
    records.push({ offset, timestamp, key: readBytes(at), value: readBytes(at) })
    // Headers, which nobody reads.
    at.offset = end
  }
}

interface Place {
  answer: Buffer
  offset: number
}

function readInt32(at: Place): number {
  at.offset += 4
  return at.answer.readInt32BE(at.offset - 4)
}

/** Offsets and times stay below 2^53. */
function readInt64(answer: Buffer, offset: number): number {
  return answer.readInt32BE(offset) * 2 ** 32 + answer.readUInt32BE(offset + 4)
}

function readText(at: Place): string {
  const start = at.offset + 2
  at.offset = start + at.answer.readInt16BE(at.offset)
  return at.answer.toString('utf8', start, at.offset)
}

/** A number in zigzag encoding, of 32 or 64 bits. */
function readVarint(at: Place): number {
  let value = 0
  let scale = 1
  for (;;) {
    const byte = at.answer[at.offset++]
    if (byte === undefined) throw new RangeError('the answer is cut off')
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    scale *= 128
  }
}

function readBytes(at: Place): Buffer | null {
  const size = readVarint(at)
  if (size < 0) return null
  at.offset += size
  return at.answer.subarray(at.offset - size, at.offset)
}
