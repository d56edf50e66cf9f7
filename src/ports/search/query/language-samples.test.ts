import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LANGUAGE_SAMPLES } from '../../../testing/language-samples.ts'
import { matchesPlan } from '../../../testing/match-plan.ts'
import { analyzeDocument } from '../analysis/analyze-document.ts'
import { parseQuery } from './parse-query.ts'
import { planQuery } from './plan-query.ts'

test('words in any form, and exact phrases, are found in every language', async () => {
  const documents = await Promise.all(
    LANGUAGE_SAMPLES.map(async ({ text, ...sample }) => ({
      ...sample,
      ...(await analyzeDocument('', [{ text }])),
    })),
  )
  const languages = [...new Set(documents.flatMap((document) => document.languages))]
  const wrong: string[] = []
  for (const document of documents) {
    const { words, phrase, noPhrase } = document
    const finds = async (q: string) => matchesPlan(document, await planQuery(parseQuery(q).tree, languages))
    for (const q of [...words, `"${phrase}"`, phrase]) if (!(await finds(q))) wrong.push(`${q} finds nothing`)
    if (await finds(`"${noPhrase}"`)) wrong.push(`"${noPhrase}" finds it`)
  }
  assert.deepEqual(wrong, [])
})
