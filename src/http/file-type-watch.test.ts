import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFileTypeWatch } from './file-type-watch.ts'

const FORM = Buffer.from(
  [
    '--b=',
    'Content-Disposition: form-data; name="created_by"',
    'Content-Type: text/x-field; charset=utf-7',
    '',
    'ada@example.com --b= x',
    '--b=',
    'CONTENT-TYPE:  Text/Plain; Charset="windows-1251" ',
    'Content-Disposition: form-data; name="file"; filename="a.txt"',
    '',
    '\xc4\xe0',
    '--b=',
    'Content-Type: text/late',
    'Content-Disposition: form-data; name="file"; filename="b.txt"',
    '',
    '--b=--',
  ].join('\r\n'),
  'latin1',
)

for (const size of [1, 7, 1000]) {
  test(`the type of the file is found in chunks of ${size} bytes`, () => {
    const watch = createFileTypeWatch('multipart/form-data; boundary="b="')
    for (let at = 0; at < FORM.length; at += size) watch.write(FORM.subarray(at, at + size))
    assert.equal(watch.fileType, 'Text/Plain; Charset="windows-1251"')
  })
}

test('a form without a file, or without an end of its headers, has none', () => {
  const without = createFileTypeWatch('multipart/form-data; boundary=b')
  without.write(Buffer.from('--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n--b--'))
  assert.equal(without.fileType, undefined)
  const endless = createFileTypeWatch('multipart/form-data; boundary=b')
  for (let n = 0; n < 100; n++) endless.write(Buffer.from(`--b\r\n${'x'.repeat(1000)}`))
  endless.write(Buffer.from('\r\n\r\n--b\r\ncontent-disposition: filename=x\r\ncontent-type: a/b\r\n\r\n'))
  assert.equal(endless.fileType, undefined)
})
