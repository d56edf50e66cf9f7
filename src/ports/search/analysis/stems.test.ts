import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { STEMMED_LANGUAGES, stemmersOf } from './stems.ts'

/** Two forms of a word of the language. */
const FORMS: Record<string, [string, string]> = {
  ar: ['كتاب', 'الكتاب'],
  az: ['müqavilə', 'müqavilələr'],
  be: ['дагавора', 'дагаворы'],
  bg: ['договор', 'договорите'],
  ca: ['contracte', 'contractes'],
  cs: ['smlouva', 'smlouvami'],
  da: ['kontrakt', 'kontrakter'],
  de: ['rechnung', 'rechnungen'],
  el: ['ενοίκιο', 'ενοίκια'],
  en: ['contract', 'contracts'],
  es: ['contrato', 'contratos'],
  et: ['leping', 'lepingud'],
  fa: ['قرارداد', 'قراردادهای'],
  fi: ['vuokra', 'vuokran'],
  fr: ['contrat', 'contrats'],
  he: ['חוזה', 'החוזים'],
  hi: ['किरायेदार', 'किरायेदारों'],
  hr: ['ugovor', 'ugovora'],
  hu: ['szerződés', 'szerződések'],
  hy: ['պայմանագիր', 'պայմանագիրը'],
  it: ['contratto', 'contratti'],
  lt: ['sutartis', 'sutartys'],
  lv: ['līgums', 'līgumiem'],
  mr: ['करार', 'करारों'],
  ms: ['bayar', 'membayar'],
  nl: ['huurder', 'huurders'],
  no: ['kontrakt', 'kontrakten'],
  pl: ['umowa', 'umowami'],
  pt: ['contrato', 'contratos'],
  ro: ['contract', 'contractele'],
  ru: ['договор', 'договора'],
  sk: ['zmluva', 'zmluvami'],
  sl: ['pogodba', 'pogodbami'],
  sr: ['уговор', 'уговори'],
  sv: ['avtal', 'avtalet'],
  ta: ['வீடு', 'வீடுகள்'],
  tr: ['kiracı', 'kiracılar'],
  uk: ['орендар', 'орендаря'],
}

test('forms of a word have the same stem in every language', async () => {
  assert.deepEqual(Object.keys(FORMS), [...STEMMED_LANGUAGES].sort())
  const wrong: string[] = []
  for (const language of STEMMED_LANGUAGES) {
    const [stemKeyOf] = await stemmersOf([language])
    const keys = FORMS[language]!.map((form) => stemKeyOf!(form))
    if (keys[0] === undefined || keys[0] !== keys[1]) wrong.push(`${language}: ${keys.join()}`)
  }
  assert.deepEqual(wrong, [])
})

test('a stemmer takes any word, and keys of different languages differ', async () => {
  const stemmers = await stemmersOf([...STEMMED_LANGUAGES, 'xx', '__proto__'])
  assert.equal(stemmers.length, STEMMED_LANGUAGES.length)
  const letters = [...new Set(Object.values(FORMS).flat().join(''))]
  const word = fc.oneof(
    fc.string({ unit: fc.constantFrom(...letters), maxLength: 20 }),
    fc
      .tuple(fc.constantFrom(...Object.values(FORMS).flat()), fc.constantFrom(...letters))
      .map((each) => each.join('')),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('', '2450', 'x'.repeat(10_000), 'constructor'),
  )
  fc.assert(
    fc.property(word, (each) => {
      const keys = stemmers.map((stemKeyOf) => stemKeyOf(each)).filter((key) => key !== undefined)
      assert.equal(new Set(keys).size, keys.length)
      for (const key of keys) assert.match(key, /^[^\s·]+·[a-z]{2}$/)
    }),
    { numRuns: 2_000 },
  )
})
