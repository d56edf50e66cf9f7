import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseQuery } from './parse-query.ts'

test('words stand alone, and quotes make a phrase', () => {
  assert.deepEqual(parseQuery('big "annual salary" increase'), [['big'], ['annual', 'salary'], ['increase']])
  assert.deepEqual(parseQuery('„Big Deal“ now'), [['big', 'deal'], ['now']])
})

test('a quote without an end is no phrase', () => {
  assert.deepEqual(parseQuery('"annual salary'), [['annual'], ['salary']])
  assert.deepEqual(parseQuery('"annual salary" and "more pay'), [
    ['annual', 'salary'],
    ['and'],
    ['more'],
    ['pay'],
  ])
})

test('words that are joined by other characters are a phrase', () => {
  assert.deepEqual(parseQuery('ada@example.com and/or'), [
    ['ada', 'example', 'com'],
    ['and', 'or'],
  ])
})

test('what is repeated counts once, and what is nothing not at all', () => {
  assert.deepEqual(parseQuery('a A "a" & | ! ""'), [['a']])
  assert.deepEqual(parseQuery(' \n '), [])
})

test('any text gives at most 32 words', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (q) => {
      assert.ok(parseQuery(q).flat().length <= 32)
    }),
  )
  assert.equal(parseQuery('a b '.repeat(300_000)).length, 2)
})
