import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DescMessage, create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import fc from 'fast-check'
import { codecOf } from './flat-codec.ts'
import { DocumentResponseSchema, GetDocumentRequestSchema, file_document } from './gen/document_pb.ts'

const text = fc.string({ unit: 'binary', maxLength: 300 })
const documents = fc.record(
  {
    id: text,
    title: text,
    status: text,
    contentType: text,
    contentSize: fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }),
    version: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  },
  { requiredKeys: [] },
)

test('writes the bytes that protobuf-es writes, and reads what it reads', () => {
  const codec = codecOf(DocumentResponseSchema)
  fc.assert(
    fc.property(documents, (fields) => {
      const bytes = codec.write(fields)
      assert.deepEqual(
        [...bytes],
        [...toBinary(DocumentResponseSchema, create(DocumentResponseSchema, fields))],
      )
      const { $typeName, ...read } = codec.read(bytes)
      const { $typeName: name, ...expected } = fromBinary(DocumentResponseSchema, bytes)
      assert.equal($typeName, name)
      assert.deepEqual({ ...read }, { ...expected })
    }),
  )
})

test('reads any bytes as protobuf-es does, or refuses them as it does', () => {
  const codec = codecOf(GetDocumentRequestSchema)
  const outcome = (read: () => { documentId: string }): string => {
    try {
      return `read ${read().documentId}`
    } catch {
      return 'refused'
    }
  }
  const anyBytes = fc.uint8Array({ maxLength: 12 })
  const nearly = fc
    .tuple(fc.constantFrom([0x0a], [0x0a, 0x02, 0x61, 0x62], [0x12, 0x01, 0x61], [0x08, 0x01], []), anyBytes)
    .map(([begin, rest]) => Buffer.from([...begin, ...rest]))
  fc.assert(
    fc.property(nearly, (bytes) => {
      assert.equal(
        outcome(() => codec.read(bytes)),
        outcome(() => fromBinary(GetDocumentRequestSchema, bytes)),
      )
    }),
    { numRuns: 2_000 },
  )
})

test('a message with other fields is left to protobuf-es', () => {
  const codec = codecOf<DescMessage>(FileDescriptorProtoSchema)
  const bytes = codec.write(file_document.proto)
  assert.deepEqual([...bytes], [...toBinary(FileDescriptorProtoSchema, file_document.proto)])
  assert.deepEqual(codec.read(bytes), fromBinary(FileDescriptorProtoSchema, bytes))
})
