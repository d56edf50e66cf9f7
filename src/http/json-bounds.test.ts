import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../domain/errors.ts'
import { JsonBounds } from './json-bounds.ts'

/** The text as one chunk, and in chunks that split it anywhere. */
function check(text: string): void {
  const bytes = Buffer.from(text)
  const split = new JsonBounds()
  for (let from = 0; from < bytes.length; from += 7) split.write(bytes.subarray(from, from + 7))
  new JsonBounds().write(bytes)
}
const refused = (text: string, code: 'payload-too-large' | 'validation-failed', field?: string): void =>
  assert.throws(
    () => check(text),
    (error) => isProblem(error, code) && (field === undefined || error.errors[0]?.field === field),
    text.slice(0, 50),
  )

test('JSON of the size that requests have passes, with any text in its strings', () => {
  const long = '{[,:\\"'.repeat(200_000)
  check(
    JSON.stringify({ title: 'a "b" \\', content: long, created_by: 'ada@example.com', tags: [1, [2, {}]] }),
  )
  check(JSON.stringify({ signature_data: long }))
  check('[]')
  check('"x"')
})

test('depth and number of values are bounded', () => {
  refused('['.repeat(1_000_000), 'payload-too-large')
  refused('{"a":'.repeat(100_000), 'payload-too-large')
  refused(`[${'{},'.repeat(1_000_000)}{}]`, 'payload-too-large')
  refused(`{"a":[${'1,'.repeat(1_000_000)}1]}`, 'payload-too-large')
  refused(`{${Array.from({ length: 20_000 }, (_, index) => `"${index}":0`).join()}}`, 'payload-too-large')
  refused('1'.repeat(300_000), 'payload-too-large')
  refused(' '.repeat(300_000), 'payload-too-large')
  check(`${'['.repeat(32)}${']'.repeat(32)}`)
})

test('only content and signature_data of the outermost object may be long', () => {
  const long = 'x'.repeat(70_000)
  refused(JSON.stringify({ title: long }), 'validation-failed', 'title')
  refused(JSON.stringify({ content: 'x', other: long }), 'validation-failed', 'other')
  refused(JSON.stringify({ content: { content: long } }), 'validation-failed')
  refused(JSON.stringify({ content: 'x', [long]: 1 }), 'validation-failed')
  refused(JSON.stringify({ content: ['y', long] }), 'validation-failed')
  refused(JSON.stringify([long]), 'validation-failed', 'body')
  refused(`"${long}"`, 'validation-failed', 'body')
})

test('text that is no JSON is left to the parser', () => {
  for (const text of ['', '{', '"', '"\\', '}}}}', ':::', '{"a":"b']) check(text)
})
