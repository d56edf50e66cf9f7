import { randomBytes } from 'node:crypto'
import { openSearch } from '../ports/search/open.ts'
import type { SearchIndex } from '../ports/search/port.ts'
import { silentLogger } from '../runtime/logger.ts'
import { stack } from './stack.ts'

/** Elasticsearch's own answer to a plain request. */
interface PlainAnswer {
  status: number
  // JSON of many shapes, looked at field by field.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any
}

export interface StackSearch {
  /** a name that no other test has */
  alias: string
  /** An adapter on the alias, at the stack's address or another; stopped when the test ends. */
  open(url?: string): Promise<SearchIndex>
  /** A request without the adapter and its client. */
  ask(method: string, path: string, body?: unknown): Promise<PlainAnswer>
}

/** An alias on the stack's Elasticsearch; its index is deleted when the test ends. */
export function newStackSearch(t: { after(done: () => Promise<void>): void }): StackSearch {
  const alias = `test-${randomBytes(6).toString('hex')}`
  const opened: SearchIndex[] = []
  const ask: StackSearch['ask'] = async (method, path, body) => {
    const response = await fetch(`${stack.elasticsearchUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  t.after(async () => {
    for (const index of opened) await index.stop()
    const { body } = await ask('GET', `/${alias}*/_alias`)
    for (const index of Object.keys(body)) await ask('DELETE', `/${index}`)
  })
  return {
    alias,
    ask,
    async open(url = stack.elasticsearchUrl) {
      const resources = { database: undefined, index: alias, log: silentLogger }
      const index = await openSearch(`elasticsearch:${url}`, resources)
      opened.push(index)
      return index
    },
  }
}
