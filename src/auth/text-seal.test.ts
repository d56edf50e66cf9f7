import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createTextSeal } from './text-seal.ts'

const [one, other] = [randomBytes(32), randomBytes(32)]

test('a sealed text is opened by each of the keys, shows nothing of it, and is another one each time', () => {
  const seal = createTextSeal([one])
  const sealed = seal.seal('a text, schön')
  assert.equal(createTextSeal([other, one]).open(sealed), 'a text, schön')
  assert.doesNotMatch(Buffer.from(sealed, 'base64url').toString('latin1'), /text/)
  assert.notEqual(seal.seal('a text, schön'), sealed)
})

test('what was changed, cut or sealed by someone else is not opened', () => {
  const seal = createTextSeal([one])
  const bytes = Buffer.from(seal.seal('text'), 'base64url')
  for (let n = 0; n < bytes.length; n++) {
    const changed = Buffer.from(bytes)
    changed[n]! ^= 1
    assert.equal(seal.open(changed.toString('base64url')), undefined, `byte ${n}`)
    assert.equal(seal.open(bytes.subarray(0, n).toString('base64url')), undefined, `${n} bytes`)
  }
  assert.equal(seal.open(createTextSeal([other]).seal('text')), undefined)
})
