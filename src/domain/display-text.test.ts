import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isVisible, withoutBidiControls } from './display-text.ts'

const codePoints = (...ranges: (number | [from: number, to: number])[]): number[] =>
  ranges.flatMap((range) => {
    const [from, to] = typeof range === 'number' ? [range, range] : range
    return Array.from({ length: to - from + 1 }, (_, n) => from + n)
  })

const BIDI = codePoints(0x61c, 0x200e, 0x200f, [0x202a, 0x202e], [0x2066, 0x2069])
const INVISIBLE = codePoints(
  ...[
    0x00, 0x09, 0x0a, 0x0d, 0x1b, 0x20, 0x7f, 0x85, 0xa0, 0xad, 0x34f, 0x115f, 0x1160, 0x1680, 0x17b4, 0x17b5,
  ],
  ...[0x180e, 0x2800, 0x3000, 0x3164, 0xfeff, 0xffa0, 0xe000, 0x1d159, 0xe0001, 0xe0100],
  ...([
    [0x2000, 0x200f],
    [0x2028, 0x202f],
    [0x205f, 0x206f],
    [0xfe00, 0xfe0f],
  ] as [number, number][]),
)

test('a text of characters that cannot be seen is not visible, alone or together', () => {
  assert.equal(isVisible(''), false)
  for (const code of INVISIBLE) {
    const text = String.fromCodePoint(code)
    assert.equal(isVisible(text), false, `U+${code.toString(16)}`)
    assert.equal(isVisible(`${text}a${text}`), true, `U+${code.toString(16)}`)
  }
  const invisible = fc.array(fc.constantFrom(...INVISIBLE)).map((codes) => String.fromCodePoint(...codes))
  fc.assert(fc.property(invisible, (text) => !isVisible(text)))
})

test('words of every script are visible', () => {
  for (const text of [
    'a',
    '0',
    '.',
    '-',
    'ü',
    'é',
    'Договор',
    '契約',
    'عقد',
    'חוזה',
    'สัญญา',
    'अनुबंध',
    '계약',
    '👩‍⚖️',
    '½',
  ])
    assert.equal(isVisible(text), true, text)
})

test('controls of direction are removed, and nothing else', () => {
  for (const code of BIDI)
    assert.equal(withoutBidiControls(`a${String.fromCodePoint(code)}b`), 'ab', `U+${code.toString(16)}`)
  assert.equal(withoutBidiControls('invoice\u202Efdp.exe'), 'invoicefdp.exe')
  const text = fc
    .string({ unit: 'binary' })
    .filter((value) => !BIDI.some((code) => value.includes(String.fromCodePoint(code))))
  fc.assert(fc.property(text, (value) => withoutBidiControls(value) === value))
})
