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

export type StackSearch = ReturnType<typeof newStackSearch>

/** An alias on the stack's Elasticsearch; its index is deleted when the test ends. */
export function newStackSearch(t: { after(done: () => Promise<void>): void }) {
  const alias = `test-${randomBytes(6).toString('hex')}`
  const opened: SearchIndex[] = []
  const ask = async (method: string, path: string, body?: unknown): Promise<PlainAnswer> => {
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
    /** a name that no other test has */
    alias,
    /** A request without the adapter and its client. */
    ask,
    /** An adapter on the alias, at the stack's address or another; stopped when the test ends. */
    async open(url: string = stack.elasticsearchUrl, threadMs?: number): Promise<SearchIndex> {
      const resources = { index: alias, threadMs, log: silentLogger }
      const index = await openSearch(`elasticsearch:${url}`, resources)
      opened.push(index)
      return index
    },
  }
}
