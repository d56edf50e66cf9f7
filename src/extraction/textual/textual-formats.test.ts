import assert from 'node:assert/strict'
import { test } from 'node:test'
import { htmlText } from './html-text.ts'
import { jsonText } from './json-text.ts'
import { markdownText } from './markdown-text.ts'
import { tidyText } from '../tidy-text.ts'

const tidy = (text: string) => tidyText(text, 1e6).text

const text = (html: string) => tidy(htmlText(html, { maxChars: 1e6 }).text)

test('HTML: scripts, styles, comments and attributes are left out, the title is not', () => {
  const head = '<head><title>T &amp; U</title><style>p{}</style><script>let a="<p>"</script></head>'
  assert.equal(text(`${head}<!-- c --><p title="no">yes`), 'T & U\n\nyes')
})

test('HTML: blocks become lines, inline elements nothing, cells blanks', () => {
  const table = '<table><tr><td>a<td>b<tr><td>c</table>'
  assert.equal(text(`<p>on<b>e</b><p>two<br>three${table}`), 'one\ntwo\nthree\n\na b\nc')
})

test('HTML: line breaks of the source count only where the format keeps them', () => {
  assert.equal(text('a\nb<pre>c\nd</pre>'), 'a b\nc\nd')
})

test('HTML: entities are decoded', () => {
  assert.equal(text('caf&eacute; &#x1F600; &lt;b&gt; &unknown;'), 'café 😀 <b> &unknown;')
})

test('HTML: XML keeps its text and CDATA', () => {
  const xml = '<a><item>x</item><![CDATA[<y>]]></a>'
  assert.equal(tidy(htmlText(xml, { maxChars: 99, xml: true }).text), 'x\n<y>')
})

test('HTML: reading stops at the limit', () => {
  assert.equal(htmlText('<p>abcdef<p>ghi', { maxChars: 4 }).text, '\nabc')
})

test('HTML: its title is the first one outside of images', () => {
  const title = (html: string) => htmlText(html, { maxChars: 1e6 }).title
  assert.equal(title('<head><TITLE lang=en>T &amp; <b>U</TITLE><title>V</title>'), 'T & <b>U')
  assert.equal(title('<svg><title>Logo</title></svg><p>x'), undefined)
  assert.equal(title('<title> </title>'), undefined)
})

const cases: [string, string, string][] = [
  ['headings', '# One #\nTwo\n===\n### C#', 'One\nTwo\n\nC#'],
  ['emphasis, not names', '**a** _b_ ~~c~~ snake_case 2 * 3 ~5', 'a b c snake_case 2 * 3 ~5'],
  ['links lose their targets', '[text](//x.y/z_(w) "title") and [ref][1]\n\n[1]: //x.y', 'text and ref'],
  ['images and links around them', '[![alt](a.png)](https://x.y) ![other](b.png)', 'alt other'],
  ['brackets that are no link', 'a[0] [x] f(y)', 'a[0] [x] f(y)'],
  ['autolinks', '<https://x.y/?a=1&b=2> <me@x.y>', 'https://x.y/?a=1&b=2 me@x.y'],
  ['lists, tasks and quotes', '- a\n  1. b\n> * [x] c', 'a\nb\nc'],
  ['code is kept as it is', '`a<b>*c*`\n```ts\na < b **x**\n```\nend', 'a<b>*c*\na < b **x**\nend'],
  ['tables', '| a | b |\n|---|:-:|\n| c | d |', 'a b\n\nc d'],
  ['HTML and entities', 'a<br>b &copy; <!-- no --><kbd>Ctrl</kbd>', 'a\nb © Ctrl'],
  ['escapes', '\\*not\\* \\<b>', '*not* <b>'],
  ['front matter', '---\ntitle: Lease\n---\nText', 'title: Lease\n\nText'],
]
for (const [name, source, expected] of cases) {
  test(`Markdown: ${name}`, () => assert.equal(tidy(markdownText(source, 1e6)), expected))
}

test('JSON: values in their order, names left out', () => {
  const source = JSON.stringify({ b: 'x "y" \u00e9', 2: ['z', { c: 17 }], 1: null })
  assert.equal(tidy(jsonText(source, 1e6)), 'z\n17\nx "y" é')
  const lines = '{"b" : "x\\u00e9\\n", "a": 12345678901234567890}\n{"c": "d"}'
  assert.equal(tidy(jsonText(lines, 1e6)), 'xé\n\n12345678901234567890\nd')
})

test('JSON: an end that is missing costs nothing that was there', () => {
  assert.equal(tidy(jsonText('["a", "b\\', 1e6)), 'a\nb\\')
})

test('tidying: composes, removes controls, replaces lone surrogates, folds blanks', () => {
  assert.equal(tidy('e\u0301 \u0000\u0007a\u00a0\t b\ud800 so\u00adft'), 'é a b\ufffd soft')
  assert.equal(tidy('a \r\n\r\n\r\n \u2028b'), 'a\n\nb')
})

test('tidying: cuts at the limit and says so', () => {
  assert.deepEqual(tidyText('abc', 3), { text: 'abc', truncated: false })
  assert.deepEqual(tidyText('abcd', 3), { text: 'abc', truncated: true })
  assert.deepEqual(tidyText('ab😀', 3), { text: 'ab', truncated: true })
})
