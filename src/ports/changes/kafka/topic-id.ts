/**
 * The part of Kafka's protocol that tells one topic from a later one of the same name, which kafkajs does not know:
 * Metadata, version 10 (Kafka 2.8), in the compact encoding of KIP-482.
 */
export const METADATA = { apiKey: 3, apiVersion: 10 } as const

/** What follows the client's id in the request: the end of its header and the body, for one topic. */
export function encodeTopicRequest(topic: string): Buffer {
  const name = Buffer.from(topic)
  return Buffer.concat([
    // No tagged fields in the header; one topic, its id not known.
    Buffer.from([0, 2]),
    Buffer.alloc(16),
    unsignedVarint(name.length + 1),
    name,
    // No tagged fields; do not create it, tell no authorized operations of cluster and topic; no tagged fields.
    Buffer.from([0, 0, 0, 0, 0]),
  ])
}

export interface TopicAnswer {
  clusterId: string
  /** 32 hexadecimal digits */
  topicId: string
}

/**
 * @param answer what follows the correlation id
 * @throws RangeError when it is cut off
 */
export function decodeTopicAnswer(answer: Buffer): TopicAnswer {
  const at = { answer, offset: 0 }
  skipTags(at)
  at.offset += 4
  for (let brokers = readVarint(at) - 1; brokers > 0; brokers--) {
    at.offset += 4
    readText(at)
    at.offset += 4
    readText(at)
    skipTags(at)
  }
  const clusterId = readText(at)
  at.offset += 4
  if (readVarint(at) < 2) throw new RangeError('the answer tells of no topic')
  at.offset += 2
  readText(at)
  return { clusterId, topicId: take(at, 16).toString('hex') }
}

interface Place {
  answer: Buffer
  offset: number
}

function take(at: Place, bytes: number): Buffer {
  const end = at.offset + bytes
  if (end > at.answer.length) throw new RangeError('the answer is cut off')
  const part = at.answer.subarray(at.offset, end)
  at.offset = end
  return part
}

/** Empty for null. */
function readText(at: Place): string {
  const size = readVarint(at)
  return size === 0 ? '' : take(at, size - 1).toString()
}

function skipTags(at: Place): void {
  for (let count = readVarint(at); count > 0; count--) {
    readVarint(at)
    take(at, readVarint(at))
  }
}

function readVarint(at: Place): number {
  for (let value = 0, shift = 0; ; shift += 7) {
    const byte = take(at, 1)[0]!
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return value
    if (shift >= 21) throw new RangeError('a length is not valid')
  }
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = []
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80)
  return Buffer.from([...bytes, value])
}
