import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wordsOf } from '../analysis/tokens.ts'
import { parseQuery } from './parse-query.ts'
import type { Match } from './query-tree.ts'

function text(match: Match): string {
  if (match.kind === 'value') return `${match.condition.field}=${match.condition.values.join()}`
  const field = match.field === undefined ? '' : `${match.field}:`
  const words = wordsOf(match.text)
  if (match.isQuoted || words.length > 1) return `${field}"${words.join(' ')}"`
  return `${field}${words[0]}${match.isPrefix ? '*' : ''}`
}

/** The tree in a canonical form: clauses between ` & `, alternatives between ` | `. */
const parsed = (q: string): string =>
  parseQuery(q)
    .tree.map((clause) =>
      clause.map(({ match, excluded }) => (excluded ? '-' : '') + text(match)).join(' | '),
    )
    .join(' & ')

const trees = (title: string, expected: Record<string, string>): void =>
  void test(title, () => {
    const found = Object.fromEntries(Object.keys(expected).map((q) => [q, parsed(q)]))
    assert.deepEqual(found, expected)
  })

trees('words stand alone, and quotes make a phrase', {
  'big "annual salary" increase': 'big & "annual salary" & increase',
  '„Big Deal“ now': '"big deal" & now',
  'ab"cd ef"gh': 'ab & "cd ef" & gh',
  '"one"': '"one"',
})

trees('after a quote without an end everything is literal', {
  '"annual salary': 'annual & salary',
  '"annual salary" and "more pay': '"annual salary" & and & more & pay',
  'a "b -c OR title:d ef* status:sent': 'a & b & c & or & "title d" & ef & "status sent"',
  'title:"a b': 'title & a & b',
})

trees('words that are joined by other characters are a phrase', {
  'ada@example.com and/or': '"ada example com" & "and or"',
  'e-mail 2020-01-01': '"e mail" & "2020 01 01"',
  '-e-mail': '-"e mail"',
})

trees('OR joins its neighbours, and binds tighter than white space', {
  'a b OR c d': 'a & b | c & d',
  'a OR b OR "c d" OR -e': 'a | b | "c d" | -e',
  'a OR ! b': 'a | b',
  'a or b': 'a & or & b',
  '"a OR b"': '"a or b"',
})

trees('OR without neighbours is a word', {
  OR: 'or',
  'OR a': 'or & a',
  'a OR': 'a & or',
  'a OR OR b': 'a | or & b',
  'a "OR" b': 'a & "or" & b',
  'a OR"b"': 'a & or & "b"',
})

trees('a minus excludes what it is directly before, after white space or at the start', {
  '-a': '-a',
  'a -b': 'a & -b',
  'a -"b c" -title:d -status:sent -ef*': 'a & -"b c" & -title:d & -status=sent & -ef*',
  'a - b': 'a & b',
  'a --b': 'a & b',
  'a -(b': 'a & b',
  '"a"-b "a"-"b"': '"a" & b & "b"',
  'a-"b c"': 'a & "b c"',
  '-a"b c"': '-a & "b c"',
})

trees('a star at the end of a word makes a prefix', {
  'zanzib* ÉTÉ* 20*': 'zanzib* & ete* & 20*',
  'a* * ab** a*b *ab': 'a & ab & "a b"',
  'e-mai* "ab*"': '"e mai" & "ab"',
  'title:ab*': 'title:ab*',
  'title:a*': 'title:a',
})

trees('the name of a field selects it', {
  'title:lease title:"big barn" title:e-mail': 'title:lease & title:"big barn" & title:"e mail"',
  'status:sent OR status:"signed"': 'status=sent | status=signed',
  'created_by:Ada@Example.com': 'created_by=Ada@Example.com',
  'content_type:"text/html; charset=utf-8"': 'content_type=text/html; charset=utf-8',
  'title:status:sent': 'title:"status sent"',
})

trees('an unknown field, and a value that a field cannot have, are literal', {
  'size:10': '"size 10"',
  'foo:"a b"': 'foo & "a b"',
  'status:bogus': '"status bogus"',
  'status:si"gned" title:a"b c"': '"status si" & "gned" & title:a & "b c"',
  '-status:"not sent"': '-status & "not sent"',
  'Title:a TITLE:b': '"title a" & "title b"',
  'title: a status: -title:': 'title & a & status & -title',
  'x"a"title:b': 'x & "a" & "title b"',
  'created_by:\0 created_by:\ud800': '"created by"',
  'constructor:a __proto__:b created_at:2020': '"constructor a" & "proto b" & "created at 2020"',
})

trees('what is repeated counts once, and what is nothing not at all', {
  'a A & | ! "" -"" OR ""': 'a & or',
  ' \n ': '',
  '': '',
})

test('words are counted', () => {
  assert.equal(parseQuery('a "b c" OR de* -status:sent title:"f g" e-mail').words, 9)
  assert.equal(parseQuery('a b '.repeat(300_000)).words, 2)
  assert.equal(parseQuery('').words, 0)
})

test('any text is a query, and excludes or selects nothing without an operator', () => {
  const piece = fc.oneof(
    fc.constantFrom(' ', '-', '"', '“', '*', ':', 'OR', 'title:', 'status:', 'status:sent', 'created_by:'),
    fc.constantFrom('a', 'ab', 'lease', '漢字', '\0', '\ud800', '\n', '--', '&|!()'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const q = pieces.join('')
      const { tree, words } = parseQuery(q)
      const alternatives = tree.flat()
      assert.ok(words >= alternatives.length)
      assert.ok(tree.every((clause) => clause.length > 0))
      if (!q.includes('-')) assert.ok(alternatives.every(({ excluded }) => !excluded))
      if (!q.includes('OR')) assert.ok(tree.every((clause) => clause.length === 1))
      for (const { match } of alternatives) {
        if (match.kind === 'value') assert.ok(q.includes(`${match.condition.field}:`))
        else if (match.isPrefix) assert.ok(q.includes('*'))
      }
    }),
    { numRuns: 1_000 },
  )
})
