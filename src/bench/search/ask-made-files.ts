import { LANGUAGE_SAMPLES, type LanguageSample } from '../../testing/language-samples.ts'
import { madeFiles } from './made-files.ts'
import type { ServiceClient } from './service-client.ts'
import type { Kind, Tally } from './tally.ts'

/** The largest page of a search; a language has fewer files. */
const SIZE = 100

interface Question {
  kind: Kind
  q: string
  /** whether files and decoys of the language must be found */
  files: boolean
  decoys: boolean
}

/** Words in other forms are found in the files and in decoys, which have the same words in another order. */
function questionsOf({ words, phrase, noPhrase }: LanguageSample): Question[] {
  return [
    ...words.map((q): Question => ({ kind: 'word', q, files: true, decoys: true })),
    { kind: 'phrase', q: `"${phrase}"`, files: true, decoys: false },
    { kind: 'phrase', q: `"${noPhrase}"`, files: false, decoys: true },
    { kind: 'exclusion', q: `-"${phrase}"`, files: false, decoys: true },
    { kind: 'exclusion', q: `-"${noPhrase}"`, files: true, decoys: false },
    ...['5(a)', '"5(a)"', '2,450.17', '"Exhibit A"', 'REF-2024-0017', 'a@x.example.org'].map(
      (q): Question => {
        return { kind: 'identifier', q, files: true, decoys: false }
      },
    ),
    ...['2450', 'DE89370400440532013000', 'DE89 3704 0044 0532 0130 00', '0301234567'].map((q): Question => {
      return { kind: 'identifier', q, files: true, decoys: true }
    }),
  ]
}

const AMOUNTS = 'IBAN DE89 3704 0044 0532 0130 00, +49 (030) 123 45 67.'
const ofFile = ({ text }: LanguageSample): string =>
  `${text} Exhibit A, 5(a), REF-2024-0017: 2,450.17, a@x.example.org. ${AMOUNTS}`
const ofDecoy = ({ text, phrase, noPhrase }: LanguageSample): string =>
  `${text.replace(phrase, noPhrase)} Exhibit B, 5(b), REF-2024-0018: 2,450.18, b@x.example.org. A: ${AMOUNTS}`

/** Files of all formats in many languages, with questions whose answers are known. */
export async function askMadeFiles(service: ServiceClient, tally: Tally): Promise<void> {
  const all = LANGUAGE_SAMPLES.map((sample) => ({
    ...sample,
    author: `${sample.language}@example.com`,
    files: madeFiles(sample.language, ofFile(sample)),
  }))
  for (const { author, files, ...sample } of all) {
    // A title says nothing of the text: the number of the file.
    for (const [number, { contentType, bytes }] of files.entries())
      await service.upload({ title: `${number}`, author, contentType, bytes })
    const bytes = Buffer.from(ofDecoy(sample))
    await service.upload({ title: 'decoy', author, contentType: 'text/plain', bytes })
  }
  await service.untilRead(all.reduce((sum, { files }) => sum + files.length + 1, 0))

  for (const { author, files, ...sample } of all)
    for (const { kind, q, files: expectsFiles, decoys } of questionsOf(sample)) {
      const { documents } = await service.search({ q, created_by: author, size: String(SIZE) })
      const found = new Set(documents.map(({ title }) => title))
      const count = (format: string, title: string, expected: boolean): void =>
        tally.count({
          language: sample.language,
          format,
          kind,
          expected,
          count: 1,
          wrong: found.has(title) === expected ? [] : [q],
          name: `${sample.language}, ${format}`,
        })
      for (const [number, { format }] of files.entries()) count(format, `${number}`, expectsFiles)
      count('decoy', 'decoy', decoys)
    }
}
