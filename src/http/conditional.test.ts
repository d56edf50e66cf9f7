import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../domain/errors.ts'
import { entityTag, expectedVersions, isNotModified } from './conditional.ts'

test('If-None-Match compares weakly, with lists and the star', () => {
  for (const header of ['"7"', 'W/"7"', '"1", "7"', ' "1" ,W/"7"', '*'])
    assert.equal(isNotModified(header, 7), true, header)
  for (const header of [undefined, '"8"', '7', '"77"', '', 'nonsense'])
    assert.equal(isNotModified(header, 7), false, header)
  assert.equal(entityTag(7), '"7"')
})

test('If-Match gives the accepted versions; weak and other tags never match', () => {
  assert.equal(expectedVersions(undefined), undefined)
  assert.equal(expectedVersions('*'), undefined)
  assert.deepEqual(expectedVersions('"3"'), [3])
  assert.deepEqual(expectedVersions('"3", "5",, "abc"'), [3, 5])
  assert.deepEqual(expectedVersions('W/"3"'), [])
  assert.deepEqual(expectedVersions('"99999999999999999999"'), [])
})

test('an invalid If-Match is an error that names the header', () => {
  for (const header of ['3', '', '"3', '"3" 4', `${'", '.repeat(5_000)}x`]) {
    assert.throws(
      () => expectedVersions(header),
      (error) => isProblem(error, 'validation-failed') && error.errors[0]!.field === 'header.if-match',
      header.slice(0, 20),
    )
  }
})
