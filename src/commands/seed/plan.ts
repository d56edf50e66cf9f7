import type { DocumentStatus } from '../../domain/document-status.ts'
import { COMMON, type Clause, KINDS } from './clauses.ts'
import { authorsOf, city, company, type Person, person } from './people.ts'
import { createRandom, type Random } from '../../runtime/seeded-random.ts'

/** A document of a seed, with its final status and its signatures. */
export interface PlannedDocument {
  title: string
  content: string
  content_type: string
  created_by: string
  /** its final status */
  status: DocumentStatus
  /** who signs it, in this order; with more than one, `status` comes after `signed` */
  signers: Person[]
  /** whether the signatures have an image */
  drawn: boolean
}

export interface Plan {
  /** e-mail addresses of the authors of this seed's documents */
  authors: string[]
  /** depends only on the seed and the number */
  document(number: number): PlannedDocument
}

export function createPlan(seed: number): Plan {
  const authors = authorsOf(seed, createRandom(seed))
  return {
    authors: authors.map(({ email }) => email),
    document: (number) => planDocument(number, createRandom(seed, number), authors),
  }
}

function planDocument(number: number, random: Random, authors: readonly Person[]): PlannedDocument {
  const kind = random.pick(KINDS)
  const author = random.pick(authors)
  const parties = { first: company(random), second: company(random) }
  const clauses = random.sample(
    [...kind.clauses, ...random.sample(COMMON, random.whole(2, 5))],
    kind.clauses.length + 2,
  )
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => valueOf(name, kind, random))
  const heading = `${kind.title} ${String(number).padStart(5, '0')} – ${parties.second}`
  const intro =
    `This ${kind.title.toLowerCase()} is made in ${city(random)} on ${date(random)} between ${parties.first}, ` +
    `hereinafter the ${kind.first}, and ${parties.second}, hereinafter the ${kind.second}. ` +
    `It concerns ${random.pick(kind.subjects)}.`
  const paragraphs = clauses.map(([name, text]): Clause => [name, fill(text)])
  return {
    title: heading,
    ...format(heading, intro, paragraphs, random),
    created_by: author.email,
    ...outcomeOf(random),
    drawn: random.next() < 0.3,
  }
}

type Content = Pick<PlannedDocument, 'content' | 'content_type'>

/** Most documents are plain text, some Markdown or HTML. */
function format(heading: string, intro: string, clauses: readonly Clause[], random: Random): Content {
  const kind = random.next()
  const numbered = clauses.map(([name, text], index) => [`${index + 1}. ${name}`, text] as const)
  if (kind < 0.7) {
    const parts = [heading.toUpperCase(), intro, ...numbered.map(([name, text]) => `${name}\n${text}`)]
    return { content: `${parts.join('\n\n')}\n`, content_type: 'text/plain' }
  }
  if (kind < 0.88) {
    const parts = [`# ${heading}`, intro, ...numbered.map(([name, text]) => `## ${name}\n\n${text}`)]
    return { content: `${parts.join('\n\n')}\n`, content_type: 'text/markdown' }
  }
  const body = numbered.map(([name, text]) => `<h2>${name}</h2>\n<p>${text}</p>`).join('\n')
  const head = `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${heading}</title></head>`
  const content = `${head}\n<body>\n<h1>${heading}</h1>\n<p>${intro}</p>\n${body}\n</body>\n</html>\n`
  return { content, content_type: 'text/html' }
}

/** About three in ten documents are signed. */
function outcomeOf(random: Random): Pick<PlannedDocument, 'status' | 'signers'> {
  const share = random.next()
  if (share < 0.3) return { status: 'created', signers: [] }
  if (share < 0.47) return { status: 'sent', signers: [] }
  if (share < 0.62) return { status: 'viewed', signers: [] }
  if (share < 0.7) return { status: 'cancelled', signers: [] }
  const first = person(random, 'customers.example')
  if (share < 0.84) return { status: 'signed', signers: [first] }
  const second = person(random, 'partners.example')
  const signers = random.next() < 0.5 ? [first] : [first, second]
  return { status: share < 0.94 ? 'completed' : 'archived', signers }
}

function valueOf(name: string, kind: { first: string; second: string }, random: Random): string {
  switch (name) {
    case 'amount':
      return `${(random.whole(4, 900) * 50).toLocaleString('en-GB')} ${random.pick(['euros', 'euros', 'Swiss francs'])}`
    case 'days':
      return String(random.pick([7, 10, 14, 21, 30, 60]))
    case 'months':
      return String(random.pick([3, 6, 12, 18, 24, 36]))
    case 'date':
      return date(random)
    case 'city':
      return city(random)
    default:
      return kind[name as 'first' | 'second']
  }
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)

const date = (random: Random): string =>
  `${random.whole(1, 28)} ${random.pick(MONTHS)} ${random.whole(2023, 2027)}`
