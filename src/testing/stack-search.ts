import { randomBytes } from 'node:crypto'
import { openSearch } from '../ports/search/open.ts'
import type { SearchIndex } from '../ports/search/port.ts'
import { silentLogger } from '../runtime/logger.ts'
import { stack } from './stack.ts'

/** Elasticsearch's answer to a request of the test. */
interface PlainAnswer {
  status: number
  // JSON of any shape.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any
}

export interface StackSearch {
  /** a unique name */
  alias: string
  /** Opens the index on the alias; it is stopped when the test ends. @param url default: the stack's server */
  open(url?: string): Promise<SearchIndex>
  /** Sends a request to the server directly. */
  ask(method: string, path: string, body?: unknown): Promise<PlainAnswer>
}

/** An alias on the stack's Elasticsearch; its indexes are deleted when the test ends. */
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
