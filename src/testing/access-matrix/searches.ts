import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../deadline.ts'
import { ADMIN, type Caller } from './callers.ts'
import { ownedDocument } from './fixture.ts'
import { bearer, type MatrixTarget, request, succeed, tokenOf } from './target.ts'

/** Letters only, and none that a stemmer removes. */
export const uniqueWord = (): string =>
  Array.from({ length: 14 }, () => 'bcdfgkmpvz'[Math.floor(Math.random() * 10)]).join('')

const totalOf = (values: { count: number }[]): number => values.reduce((sum, { count }) => sum + count, 0)

/** How many documents each kind of search tells of. A word of the document's content is in no other. */
const ASKED: Record<string, (word: string) => { path: string; count(body: never): number }> = {
  'a search': (word) => ({
    path: `/search?q=${word}`,
    count: ({ documents, total }: { documents: unknown[]; total: number }) => (documents.length + total) / 2,
  }),
  'a search of a misspelled word': (word) => ({
    path: `/search?q=${word.slice(0, -2)}${word.at(-1)}${word.at(-2)}`,
    count: ({ documents, total }: { documents: unknown[]; total: number }) => (documents.length + total) / 2,
  }),
  suggestions: (word) => ({
    path: `/suggest?q=${word.slice(0, 9)}`,
    count: ({ suggestions }: { suggestions: unknown[] }) => suggestions.length,
  }),
  'numbers of values': (word) => ({
    path: `/aggregations/status?q=${word}`,
    count: ({ values }: { values: { count: number }[] }) => totalOf(values),
  }),
  'numbers of values without a query': () => ({
    path: '/aggregations/status?created_by=owner@example.com',
    count: ({ values }: { values: { count: number }[] }) => Math.min(1, totalOf(values)),
  }),
}

/** What searches, suggestions, facets and misspelled words tell of a document, for every caller. */
export function testSearches(target: MatrixTarget, callers: Record<string, Caller>): void {
  const { http } = target
  void test('searches, suggestions, facets and misspelled words tell of what one may read', async () => {
    const word = uniqueWord()
    const id = await ownedDocument(target, `The heron says ${word}.`)
    const administrator = bearer(tokenOf(ADMIN))
    const { version } = await succeed<{ version: number }>(`${http}/documents/${id}`, 'GET', administrator)
    // With all who were given access, which raises the version each time.
    await eventually('the last version of the document to be found', async () => {
      const path = `${http}/search?q=${word}`
      const { documents } = await succeed<{ documents: { version: number }[] }>(path, 'GET', administrator)
      return documents[0]?.version === version
    })
    for (const [kind, ask] of Object.entries(ASKED)) {
      const { path, count } = ask(word)
      for (const [name, { headers, may, scopes }] of Object.entries(callers)) {
        const about = `${kind}, ${name}`
        const response = await request(http + path, 'GET', headers)
        const isPermitted = scopes?.includes('read') ?? true
        assert.equal(response.status, may ? (isPermitted ? 200 : 403) : 401, about)
        const body = (await response.json()) as never
        if (may && isPermitted) assert.equal(count(body), may.includes('read') ? 1 : 0, about)
      }
    }
  })
}
