/**
 * Reads and writes messages whose fields are all single values (Protocol Buffers, Encoding), as those of document.proto
 * are. protobuf-es does it by reflection, which took a fifth of what the program itself computed for a call; it still
 * does all that is not as usual, and is what the tests compare with.
 */
import {
  type DescField,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  ScalarType,
  create,
  fromBinary,
  toBinary,
} from '@bufbuild/protobuf'

export interface Codec<Desc extends DescMessage> {
  write(message: MessageInitShape<Desc>): Buffer
  /** @throws Error when the bytes are no such message */
  read(bytes: Buffer): MessageShape<Desc>
}

type Value = string | boolean | number | bigint
type Fields = Record<string, Value | undefined>

interface Field {
  name: string
  /** number and wire type, which fit into one byte */
  tag: number
  scalar: ScalarType
  fallback: Value
}

const FALLBACKS: Partial<Record<ScalarType, Value>> = {
  [ScalarType.STRING]: '',
  [ScalarType.BOOL]: false,
  [ScalarType.INT32]: 0,
  [ScalarType.INT64]: 0n,
}
/** A tag, and a length or number: 64 bits in groups of seven. */
const MOST_BYTES_BESIDE = 11
const MOST_BYTES_A_CHAR = 3
const ASCII = /^[\0-\x7f]*$/

/** Made once for a schema. */
const codecs = new WeakMap<DescMessage, unknown>()

export function codecOf<Desc extends DescMessage>(desc: Desc): Codec<Desc> {
  let codec = codecs.get(desc) as Codec<Desc> | undefined
  if (!codec) codecs.set(desc, (codec = createCodec(desc)))
  return codec
}

function createCodec<Desc extends DescMessage>(desc: Desc): Codec<Desc> {
  const fields = desc.fields.map(fieldOf).sort((a, b) => (a?.tag ?? 0) - (b?.tag ?? 0))
  if (!fields.every((field) => field !== undefined)) {
    return {
      write: (message) => bufferOf(toBinary<Desc>(desc, create<Desc>(desc, message))),
      read: (bytes) => fromBinary<Desc>(desc, bytes),
    }
  }
  const byTag = new Map(fields.map((field) => [field.tag, field]))
  return {
    write: (message) => writeFields(fields, message as Fields),
    read: (bytes) =>
      (readFields(desc.typeName, fields, byTag, bytes) as MessageShape<Desc> | undefined) ??
      fromBinary<Desc>(desc, bytes),
  }
}

function fieldOf(field: DescField): Field | undefined {
  if (field.fieldKind !== 'scalar' || field.oneof || field.number > 15) return undefined
  const fallback = FALLBACKS[field.scalar]
  if (fallback === undefined) return undefined
  const wireType = field.scalar === ScalarType.STRING ? 2 : 0
  return { name: field.localName, tag: (field.number << 3) | wireType, scalar: field.scalar, fallback }
}

function writeFields(fields: readonly Field[], message: Fields): Buffer {
  let most = 0
  for (const { name } of fields) {
    const value = message[name]
    most += MOST_BYTES_BESIDE + (typeof value === 'string' ? value.length * MOST_BYTES_A_CHAR : 0)
  }
  const buffer = Buffer.allocUnsafe(most)
  let end = 0
  for (const { name, tag, fallback } of fields) {
    const value = message[name]
    if (value === undefined || value === fallback) continue
    buffer[end++] = tag
    if (typeof value === 'string') {
      end = writeNumber(buffer, end, Buffer.byteLength(value))
      end += buffer.write(value, end)
    } else end = writeNumber(buffer, end, Number(value))
  }
  return buffer.subarray(0, end)
}

/** In groups of seven bits, the lowest first; a negative number as the 64 bits of its two's complement. */
function writeNumber(buffer: Buffer, at: number, value: number): number {
  let end = at
  if (value >= 0 && value <= 0x7fff_ffff) {
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) buffer[end++] = (rest & 0x7f) | 0x80
    buffer[end++] = rest
    return end
  }
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 0x7fn; rest >>= 7n) buffer[end++] = Number(rest & 0x7fn) | 0x80
  buffer[end++] = Number(rest)
  return end
}

/** Undefined for what protobuf-es has to look at: unknown fields, long numbers, texts that are not ASCII, errors. */
function readFields(
  $typeName: string,
  fields: readonly Field[],
  byTag: ReadonlyMap<number, Field>,
  bytes: Buffer,
): object | undefined {
  const message: Fields = { $typeName }
  for (const { name, fallback } of fields) message[name] = fallback
  for (let at = 0; at < bytes.length;) {
    const field = byTag.get(bytes[at++]!)
    let number = bytes[at++]!
    if (!field || number === undefined) return undefined
    if (number > 0x7f) {
      const high = bytes[at++]
      if (high === undefined || high > 0x7f) return undefined
      number = (number & 0x7f) | (high << 7)
    }
    if (field.scalar === ScalarType.STRING) {
      const end = at + number
      if (end > bytes.length) return undefined
      const text = bytes.toString('latin1', at, end)
      if (!ASCII.test(text)) return undefined
      message[field.name] = text
      at = end
    } else if (field.scalar === ScalarType.BOOL) message[field.name] = number !== 0
    else message[field.name] = field.scalar === ScalarType.INT64 ? BigInt(number) : number
  }
  return message
}

/** The same bytes, not copied. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
