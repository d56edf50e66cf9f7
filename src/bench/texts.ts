import { COMMON, KINDS } from '../commands/seed/clauses.ts'

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
