/** What every search adapter finds in texts of many languages: words in other forms, and exact phrases. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchIndex } from '../ports/search/port.ts'
import { eventually } from './deadline.ts'
import { LANGUAGE_SAMPLES } from './language-samples.ts'
import { sampleSearchDocument as sample } from './sample-documents.ts'

/** @param open returns an empty index, which is stopped here */
export function searchLanguagesContract(open: () => Promise<SearchIndex>): void {
  void test('words in any form, and exact phrases, are found in every language', async (t) => {
    const index = await open()
    t.after(() => index.stop())
    await index.index(
      LANGUAGE_SAMPLES.map(({ language, text }) => sample({ title: language, content: text })),
    )
    const find = async (q: string): Promise<string[]> => {
      const { documents } = await index.within('all').search({ q, filters: {}, from: 0, size: 100 })
      return documents.map(({ title }) => title)
    }
    const all = LANGUAGE_SAMPLES.length
    await eventually('the documents', async () => (await find('-xylophone')).length === all)

    const wrong: string[] = []
    for (const { language, words, phrase, noPhrase } of LANGUAGE_SAMPLES) {
      for (const q of [...words, `"${phrase}"`, phrase, `-"${noPhrase}"`])
        if (!(await find(q)).includes(language)) wrong.push(`${language}: ${q} finds nothing`)
      for (const q of [`"${noPhrase}"`, `-"${phrase}"`])
        if ((await find(q)).includes(language)) wrong.push(`${language}: ${q} finds it`)
    }
    assert.deepEqual(wrong, [])
  })
}
