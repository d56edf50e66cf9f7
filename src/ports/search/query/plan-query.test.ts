import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesPlan } from '../../../testing/match-plan.ts'
import { analyzeDocument } from '../analysis/analyze-document.ts'
import { parseQuery } from './parse-query.ts'
import { planQuery } from './plan-query.ts'

/** Whether the query finds a document with this text, in an index of documents in its language and English. */
async function finds(q: string, text: string): Promise<boolean> {
  const document = await analyzeDocument('', [{ text }])
  const languages = new Set(['en', ...document.languages])
  return matchesPlan(document, await planQuery(parseQuery(q).tree, [...languages]))
}

/** A text with queries that find it, and those that do not. */
type Case = [text: string, found: string[], missed?: string[]]

const cases = (title: string, all: readonly Case[]): void =>
  void test(title, async () => {
    const wrong: string[] = []
    for (const [text, found, missed = []] of all) {
      for (const q of found) if (!(await finds(q, text))) wrong.push(`${q} does not find: ${text}`)
      for (const q of missed) if (await finds(q, text)) wrong.push(`${q} finds: ${text}`)
    }
    assert.deepEqual(wrong, [])
  })

cases('phrases and identifiers are exact', [
  ['See Exhibit A attached.', ['"Exhibit A"', 'exhibit a'], ['"Exhibit B"']],
  ['Section 5(a) of the agreement', ['"5(a)"', '5(a)', '"section 5(a)"'], ['"5(b)"', '5(b)']],
  ['The jury found him guilty.', ['guilty'], ['"not guilty"', '-guilty']],
  ['Write to b@x.org today', ['b@x.org', 'x.org'], ['a@x.org', '"a@x.org"']],
  ['The report of the WHO', ['WHO', '"the who"', 'who report'], ['"who report"']],
  ['The report of the committee', ['the report'], ['WHO report', 'WHO']],
  ['Shares of AT&T rose', ['AT&T', '"AT&T"', 'AT&T shares'], ['AT&S', '"T&AT"']],
  ['version 1.2.3 at 192.168.1.10', ['1.2.3', '192.168.1.10', '"192.168.1"'], ['1.2.4', '192.168.1.1']],
  ['第5条の規定による', ['第5条', '"第5条"', '第5条の規定'], ['第5項', '"第6条"', '第5条に']],
])
cases('words in any form of their language', [
  ['Der Mieter hat die Kündigungen erhalten.', ['Kündigung', 'kuendigung', 'kundigung', 'KÜNDIGUNGEN']],
  ['Frau Müller und Herr Mueller unterschreiben', ['Müller', 'mueller', 'Muller']],
  ['The tenants are cancelling their leases early', ['tenant', 'cancel', 'lease', "tenant's"]],
  ["Les employeurs ont signé l'accord", ["l'employeur", 'accords', 'l’accord']],
])
cases('numbers with and without separators', [
  ['a sum of 2,450.00 euros', ['2450', '2,450', '2450.00', '"2,450.00"'], ['245', '450', '"2,450.01"']],
  ['Summe 1.234,56 EUR', ['1234,56', '1.234,56', '1234'], ['123456']],
  [
    'IBAN DE89 3704 0044 0532 0130 00 bei der Bank',
    ['DE89370400440532013000', 'DE89 3704 0044 0532 0130 00'],
  ],
  ['IBAN: DE89370400440532013000', ['DE89 3704 0044 0532 0130 00', 'iban DE89370400440532013000']],
  ['Tel 030 123 45 67 oder 030 7654321', ['0301234567', '030 1234567', '0307654321']],
  ['Call +49 (30) 123-4567', ['+49301234567', '49301234567']],
  ['mix 1½ cups', ['1½', 'cups'], ['112', '11']],
])
