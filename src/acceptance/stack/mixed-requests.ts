import type { Document } from '../facts.ts'
import { createDocument, send, uniqueWord } from '../requests.ts'
import type { LoadRequest } from './open-loop.ts'

/** What was acknowledged of a document that is written to. */
interface Target {
  id: string
  patches: number
  signatures: string[]
}

export interface Mix {
  /** the next request, of every kind in a fixed order */
  next(): LoadRequest
  /** the acknowledged writes that are missing */
  missing(base: string): Promise<string[]>
  /** whether the search finds the last title */
  isFound(base: string): Promise<boolean>
}

/** Of 20 requests: 11 read a document, 3 a list, 2 search, 2 create, 1 changes a title, 1 signs. */
const KINDS =
  'read create read list read search read change read read list read create read sign read search read list read'.split(
    ' ',
  ) as Kind[]
type Kind = 'read' | 'list' | 'create' | 'change' | 'sign' | 'search'

/** Requests of all kinds on some documents of their own, and a record of what was acknowledged. */
export async function prepareMix(base: string): Promise<Mix> {
  const word = uniqueWord()
  const targets: Target[] = []
  for (let number = 0; number < 20; number++) {
    const { id } = await createDocument(base, { title: `Under load ${word} ${number}` })
    targets.push({ id, patches: 0, signatures: [] })
  }
  const created: string[] = []
  let count = 0
  let last = ''

  const make: Record<Kind, (target: Target, number: number) => Omit<LoadRequest, 'name'>> = {
    read: ({ id }) => ({ method: 'GET', path: `/documents/${id}` }),
    list: () => ({ method: 'GET', path: '/documents?limit=20' }),
    search: () => ({ method: 'GET', path: `/search?q=${word}` }),
    create: (_, number) => ({
      method: 'POST',
      path: '/documents',
      json: {
        title: `Made under load ${word} ${number}`,
        content: `Text ${number}`,
        created_by: 'ada@example.com',
      },
      onAnswer: (body) => void created.push((body as Document).id),
    }),
    change: (target, number) => {
      const title = `Changed ${uniqueWord()} ${number}`
      return {
        method: 'PATCH',
        path: `/documents/${target.id}`,
        json: { title },
        onAnswer: () => {
          target.patches++
          last = title
        },
      }
    },
    sign: (target, number) => ({
      method: 'POST',
      path: '/signatures',
      json: { document_id: target.id, signer_email: `signer-${number}@example.com`, signer_name: 'Bob' },
      onAnswer: (body) => void target.signatures.push((body as { id: string }).id),
    }),
  }

  return {
    next() {
      const number = count++
      const kind = KINDS[number % KINDS.length]!
      // A signed document keeps its title, so every second one is signed and the others change.
      const place = 2 * Math.floor(number / KINDS.length) + (kind === 'sign' ? 1 : 0)
      const target = targets[place % targets.length]!
      return { name: kind, ...make[kind](target, number) }
    },
    missing: (base) => findMissing(base, created, targets),
    async isFound(base) {
      const { body } = await send<{ total: number }>(`${base}/search?q=${encodeURIComponent(last)}`)
      return body.total > 0
    },
  }
}

/** Acknowledged writes that the service does not have. */
async function findMissing(base: string, created: string[], targets: Target[]): Promise<string[]> {
  const problems: string[] = []
  for (const id of created) {
    const { status } = await send(`${base}/documents/${id}`)
    if (status !== 200) problems.push(`document ${id} answers ${status}`)
  }
  for (const { id, patches, signatures } of targets) {
    const { body } = await send<Document>(`${base}/documents/${id}`)
    const version = 1 + patches + (signatures.length > 0 ? 1 : 0)
    if (body.version !== version) problems.push(`document ${id} has version ${body.version}, not ${version}`)
    const stored = await send<{ id: string }[]>(`${base}/documents/${id}/signatures?limit=200`)
    const ids = new Set(stored.body.map((signature) => signature.id))
    problems.push(...signatures.filter((one) => !ids.has(one)).map((one) => `signature ${one} is gone`))
  }
  return problems
}
