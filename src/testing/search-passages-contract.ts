/** What an index of passages finds, and one of stems and positions did not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'

const LONG = Array.from({ length: 40_000 }, (_, number) => `supplier filler${number % 700}`).join(' ')
const PAGES = Array.from({ length: 30 }, (_, page) => ({
  page: page + 1,
  text: `Page of filler text. `.repeat(80),
}))
PAGES[20]!.text += 'The supplier indemnifies zanzibar.'
PAGES[25]!.text += 'Either party gives a quarter'
PAGES[26]!.text = `of a year as notice. ${PAGES[26]!.text}`

const DOCUMENTS = [
  sample({ title: 'A', content: `${LONG} then the supplier indemnifies Zanzibar ${LONG}` }),
  sample({ title: 'B', content: PAGES }),
  sample({ title: 'C', content: 'He was found not guilty. See Exhibit A, section 5(a); write to a@x.org.' }),
  sample({ title: 'D', content: 'He was found guilty. See Exhibit B, section 5(b); write to b@x.org.' }),
  sample({
    title: 'E',
    content: 'Die Qrechnungen gingen an Herrn Müller. Wir danken für die schnelle Zahlung und grüßen Sie.',
  }),
  sample({ title: 'F', content: [{ text: 'An arbi-\ntration clause', otherForms: 'arbitration' }] }),
  sample({ title: 'G', content: '계약서를 작성하고 서명합니다. サーバー2台を購入する。مُحَمَّد' }),
  sample({
    title: 'I',
    content: ['A bird sings.', 'Nobody hears it.', 'It flies away.', 'The quetzals nest there.', 'End.'].map(
      (text, page) => ({ page: page + 1, text }),
    ),
  }),
  sample({ title: 'H', content: 'It costs 2,450.00 a month, to GB29 NWBK 6016 1331 9268 19.' }),
]

/** query → titles of the documents that it finds */
const FOUND: [q: string, titles: string][] = [
  ['"supplier indemnifies zanzibar"', 'AB'],
  ['"indemnifies supplier"', ''],
  ['"not guilty"', 'C'],
  ['-"not guilty" guilty', 'D'],
  ['"Exhibit A"', 'C'],
  ['"5(a)"', 'C'],
  ['a@x.org', 'C'],
  ['Qrechnung', 'E'],
  ['Mueller', 'E'],
  ['arbitration', 'F'],
  ['계약서', 'G'],
  ['サーバー', 'G'],
  ['محمد', 'G'],
  ['2450', 'H'],
  ['GB29NWBK60161331926819', 'H'],
]

/** @param open returns an empty index, which is stopped here */
export function searchPassagesContract(open: () => Promise<SearchIndex>): void {
  void test('phrases, identifiers, inflections and scripts are found exactly, in texts of any length', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    await index.index(DOCUMENTS)
    const search = async (q: string) =>
      (await index.within('all').search({ q, filters: {}, from: 0, size: 20 })).documents
    await eventually('the documents', async () => (await search('filler*')).length === 2)
    const wrong: string[] = []
    for (const [q, expected] of FOUND) {
      const found = (await search(q))
        .map(({ title }) => title)
        .sort()
        .join('')
      if (found !== expected) wrong.push(`${q} → ${found || 'nothing'}, not ${expected || 'nothing'}`)
    }
    assert.deepEqual(wrong, [])
    const [onPage] = await search('title:B "supplier indemnifies"')
    assert.equal(onPage!.page, 21)
    assert.match(onPage!.highlights.content!.join(), /<em>supplier<\/em> <em>indemnifies<\/em> zanzibar/)

    const [acrossPages] = await search('"a quarter of a year"')
    assert.equal(acrossPages!.page, 26)
    assert.match(acrossPages!.highlights.content!.join(), /gives <em>a<\/em> <em>quarter<\/em>$/)
    // The passages before it are found by their following words, too.
    for (const q of ['quetzals', 'quetzal', '"quetzals nest"', 'nest quetzal', 'quetz*']) {
      const [ofSlides] = await search(q)
      assert.equal(ofSlides!.page, 4, q)
      assert.match(ofSlides!.highlights.content!.join(), /<em>quetzals<\/em>/, q)
    }
    const [ofMany] = await search('title:B page')
    assert.equal(ofMany!.page, 1)

    await index.index([{ ...DOCUMENTS[1]!, version: 2, title: 'Renamed', content: null }])
    await index.index([{ ...DOCUMENTS[5]!, version: 2, title: 'Moved', content: null }])
    await eventually('the new titles', async () => (await search('renamed OR moved')).length === 2)
    assert.equal((await search('renamed "indemnifies zanzibar"'))[0]!.page, 21)
    assert.equal((await search('moved arbitration')).length, 1)
    assert.equal((await search('title:B')).length, 0)
  })
}
