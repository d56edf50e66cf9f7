import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApiKey, hasSha256, isApiKey, parseApiKey, sha256Of } from './api-keys.ts'

test('a key is made of an id, a secret and a checksum, and no two are alike', () => {
  const key = createApiKey()
  assert.match(key.text, /^dk_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
  assert.deepEqual(parseApiKey(key.text), key)
  assert.notEqual(createApiKey().text, key.text)
})

test('a key that is mistyped at any place is none', () => {
  const { text } = createApiKey()
  for (let at = 3; at < text.length; at++) {
    const other = text[at] === 'a' ? 'b' : 'a'
    assert.equal(parseApiKey(text.slice(0, at) + other + text.slice(at + 1)), undefined, `at ${at}`)
  }
})

test('what only begins like a key is none, however long it is', () => {
  const { text } = createApiKey()
  for (const wrong of [
    'dk_',
    'dk__',
    text.slice(0, -1),
    `${text}a`,
    ` ${text}`,
    `${text}\n`,
    `dk_${'a'.repeat(100_000)}`,
  ]) {
    assert.equal(parseApiKey(wrong), undefined)
  }
  assert.equal(isApiKey(text), true)
  assert.equal(isApiKey('eyJhbGciOiJIUzI1NiJ9.e30.x'), false)
})

test('a secret is compared with its SHA-256', () => {
  assert.equal(hasSha256('abc', sha256Of('abc')), true)
  assert.equal(hasSha256('abd', sha256Of('abc')), false)
  assert.equal(hasSha256('abc', ''), false)
})
