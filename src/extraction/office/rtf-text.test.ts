import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readText } from '../read-text.ts'
import { rtfText } from './rtf-text.ts'
import { tidyText } from '../tidy-text.ts'

const text = (rtf: string): string => {
  const { parts } = rtfText(Buffer.from(rtf, 'latin1'), { maxOutputChars: 1e6 })
  return tidyText(parts[0]!.text, 1e6).text
}

const cases: [name: string, rtf: string, expected: string][] = [
  [
    'paragraphs, tabs and cells',
    'one\\par two\\tab three\\line four\\cell five\\row six',
    'one\ntwo three\nfour five\nsix',
  ],
  ['line breaks of the source are none', 'con\r\ntract', 'contract'],
  ['escaped characters', '\\{a\\}\\\\ b\\~c\\_d\\-e', '{a}\\ b c-de'],
  ['quotes and dashes', '\\ldblquote a\\rdblquote\\emdash b\\rquote s', '“a”—b’s'],
  [
    'Unicode, with fallbacks of any length',
    "caf\\u233?\\uc2\\u26085 xx\\uc0\\u26412 x {\\uc1\\u8364\\'80}",
    'café日本x €',
  ],
  ['negative numbers and pairs of surrogates', '\\u-10179?\\u-8704? \\u-3841?', '😀 \uf0ff'],
  [
    'hidden destinations',
    '{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0;}{\\stylesheet{\\s1 Normal;}}{\\*\\generator Word;}a',
    'a',
  ],
  ['pictures and binary data', 'a{\\pict\\wmetafile8 0102}{\\*\\blipuid ff}\\bin5 {{{{{b', 'ab'],
  ['fields show their result', '{\\field{\\*\\fldinst HYPERLINK "http://x"}{\\fldrslt here}}', 'here'],
  [
    'headers, notes, comments, text boxes',
    '{\\header top}\\par{\\footnote note}{\\*\\annotation why}{\\*\\shpinst{\\sp{\\sn a}{\\sv b}}{\\shptxt box}}',
    'top\nnotewhybox',
  ],
  ['deleted text is left out', 'a{\\deleted b}\\deleted c\\deleted0 d\\deleted e\\plain f', 'adf'],
  ['text after the end does not count', 'a}b{c', 'a'],
]
for (const [name, rtf, expected] of cases)
  test(`RTF: ${name}`, () => assert.equal(text(`{\\rtf1\\ansi ${rtf}}`), expected))

test('RTF: bytes are in the code page of their font, else in that of the file', () => {
  const fonts =
    '{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset204 B;}{\\f2\\fcharset128 C;}{\\f3\\fcharset2 Wingdings;}}'
  assert.equal(text(`{\\rtf1${fonts}\\f1 \\'cf\\'f0\\'e8\\f0  \\'e9 {\\f1\\'cf}\\'e9}`), 'При é Пé')
  // The second byte of ソ is a backslash, that of the next one a letter.
  assert.equal(text(`{\\rtf1${fonts}\\f2\\'83\\'5c\\'83R}`), 'ソコ')
  assert.equal(text(`{\\rtf1${fonts}\\f3\\'a8\\f0 x}`), 'x')
  assert.equal(text("{\\rtf1\\ansicpg1250\\'b3\\'f3d\\'9f}"), 'łódź')
  assert.equal(text("{\\rtf1\\mac\\'8e}"), 'é')
})

test('RTF: with its title, found by its bytes behind other types', async () => {
  const bytes = Buffer.from(
    "{\\rtf1{\\info{\\title The \\'fcber lease}{\\author Someone}}Text\\par}",
    'latin1',
  )
  const expected = { outcome: 'text', title: 'The über lease', parts: [{ text: 'Text' }], cut: false }
  for (const contentType of [
    'text/rtf',
    'application/rtf',
    'application/msword',
    'application/octet-stream',
  ]) {
    assert.deepEqual(
      await readText({ contentType, bytes }, { maxOutputChars: 99, softTimeoutMs: 1e4 }),
      expected,
    )
  }
})
