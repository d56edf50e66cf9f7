import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isProblem } from '../domain/errors.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { decodeCursor, encodeCursor, nextLink } from './cursor.ts'

const newId = createUuidV7()
const anyKey = (): boolean => true
const refusal = (cursor: string, order: unknown, isKey = anyKey): string => {
  try {
    decodeCursor(cursor, order, isKey)
  } catch (error) {
    if (isProblem(error, 'validation-failed')) return `${error.errors[0]!.field} ${error.errors[0]!.detail}`
    throw error
  }
  return 'accepted'
}

test('a cursor decodes to its row and is safe in a URL', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 255 }), (key) => {
      const place = { key, id: newId() }
      const cursor = encodeCursor(place, ['title'])
      assert.match(cursor, /^[\w-]+$/)
      assert.deepEqual(decodeCursor(cursor, ['title'], anyKey), place)
    }),
  )
})

test('a cursor of another sort or filter is refused', () => {
  const cursor = encodeCursor({ key: 'a', id: newId() }, ['-created_at', { status: 'sent' }])
  assert.match(refusal(cursor, ['-created_at', {}]), /^query\.cursor .*another sort or other filters/)
})

test('noise, an invalid key and a forged id are refused', () => {
  fc.assert(fc.property(fc.string(), (noise) => assert.match(refusal(noise, 1), /^query\.cursor /)))
  const forge = (...parts: unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url')
  assert.match(refusal(forge('x', 'a', 'not-an-id'), 1), /^query\.cursor /)
  assert.match(refusal(forge('x', 'a', 5), 1), /^query\.cursor /)
  assert.match(refusal('a'.repeat(100_000), 1), /^query\.cursor /)
  assert.match(
    refusal(encodeCursor({ key: 'a', id: newId() }, 1), 1, () => false),
    /^query\.cursor /,
  )
})

test('the link to the next page has the parameters that were given', () => {
  const link = nextLink(
    '/documents',
    { limit: 20, status: 'sent', title: 'a&b', created_by: undefined },
    'abc',
  )
  assert.equal(link, '</documents?limit=20&status=sent&title=a%26b&cursor=abc>; rel="next"')
})
