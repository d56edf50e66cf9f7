import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languageOfText } from './language-of-text.ts'

/** Sentences of some 1,000 UTF-16 code units, as long as a sample. */
const TEXTS: Record<string, string> = {
  en: 'The tenant pays the rent on the third working day of each month, and the landlord repairs the roof. ',
  de: 'Der Mieter zahlt die Miete am dritten Werktag eines jeden Monats, und der Vermieter bessert das Dach aus. ',
  fr: 'Le locataire paie le loyer le troisième jour de chaque mois, et le propriétaire répare le toit de la maison. ',
  '?': '12-34-56 78.90 ',
}
const textOf = (languages: readonly string[]): string =>
  languages.map((language) => TEXTS[language]!.repeat(100).slice(0, 1_000)).join('')

for (const { samples, language } of [
  { samples: ['en'], language: 'en' },
  { samples: ['en', 'de'], language: 'en' },
  { samples: ['?', 'de'], language: 'de' },
  { samples: ['en', 'de', 'de'], language: 'de' },
  { samples: ['en', 'en', 'de', 'fr'], language: 'en' },
  { samples: ['en', 'de', 'de', 'en'], language: 'en' },
  { samples: ['fr', 'en', 'en', 'en', 'de', 'de', 'de', 'de'], language: 'de' },
  { samples: ['?', '?'], language: undefined },
])
  test(`of samples in ${samples.join(', ')} the language is ${language}`, async () => {
    assert.equal(await languageOfText([{ text: textOf(samples) }]), language)
  })
