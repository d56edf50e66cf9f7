import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeSignatureData, encodeSignatureData } from './signature-data.ts'

const roundTrip = (data: string): void => {
  const stored = encodeSignatureData(data)
  assert.equal(decodeSignatureData(stored), data)
  assert.ok(stored.prefix === null || stored.prefix.length <= 255)
}

test('any text decodes to itself', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), roundTrip))
})

test('text that looks like base64 or a data URL decodes to itself', () => {
  const almost = fc.string({ unit: fc.constantFrom(...'aZ09+/=-_ \n,;:'), maxLength: 20 })
  const head = fc.constantFrom(
    '',
    'data:image/png;base64,',
    'data:;base64,',
    'DATA:a;BASE64,',
    'data:a,b;base64,',
  )
  fc.assert(
    fc.property(head, almost, (start, end) => roundTrip(start + end)),
    { numRuns: 2_000 },
  )
  roundTrip(`data:${'x'.repeat(300)};base64,aGVsbG8=`)
})

test('canonical base64 is stored as its bytes, with or without a prefix', () => {
  fc.assert(
    fc.property(
      fc.uint8Array(),
      fc.constantFrom(null, 'data:image/png;base64,', 'data:;base64,'),
      (bytes, prefix) => {
        const stored = encodeSignatureData((prefix ?? '') + Buffer.from(bytes).toString('base64'))
        assert.deepEqual(stored, { bytes: Buffer.from(bytes), encoding: 'base64', prefix })
      },
    ),
  )
})

for (const data of [
  'aGVsbG8',
  'aGVsbG8==',
  'aGVsbG9=',
  'aGVs bG8=',
  'Jane Doe',
  'data:image/png,abcd',
  '_-__',
]) {
  test(`${JSON.stringify(data)} is stored as text`, () => {
    const { bytes, encoding } = encodeSignatureData(data)
    assert.deepEqual([encoding, bytes.toString()], ['text', data])
  })
}
