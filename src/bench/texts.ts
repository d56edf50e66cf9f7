import { COMMON, KINDS } from '../commands/seed/clauses.ts'
import { signatureImage } from '../commands/seed/signature-image.ts'
import { createRandom } from '../runtime/seeded-random.ts'

const CLAUSES = [...KINDS.flatMap(({ clauses }) => clauses), ...COMMON].map((clause) => clause.join('\n'))
let serial = 0

/** Prose of this many characters, different each time. */
export function prose(length: number): string {
  let text = ''
  while (text.length < length) text += `${++serial}. ${CLAUSES[serial % CLAUSES.length]}\n`
  return text.slice(0, length)
}

/** A word that no other document has: letters only, as one would search for. */
export function newWord(): string {
  const digits = (Date.now() * 1_000 + (serial++ % 1_000)).toString(26)
  return `w${[...digits].map((digit) => String.fromCharCode(97 + parseInt(digit, 26))).join('')}`
}

export const newDocument = (content = prose(200)): Record<string, string> => ({
  title: `Agreement ${++serial}`,
  content,
  created_by: 'ada@example.com',
})

const IMAGE = signatureImage(createRandom(1))

/** The body of a signature with an image. */
export const signatureOf = (document_id: string): Record<string, string> => ({
  document_id,
  signer_email: 'bob@example.com',
  signer_name: 'Bob',
  signature_data: IMAGE,
})
