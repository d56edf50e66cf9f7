import type { Pool } from 'undici'

export type Source = Record<string, unknown> & { id: string; version: number }

const DOCUMENTS_PER_REQUEST = 1_000

export type ElasticsearchClient = ReturnType<typeof createElasticsearchClient>

/** Requests to Elasticsearch past docmgr. */
export function createElasticsearchClient(pool: Pool) {
  /** @param body JSON, or lines of JSON for _bulk; @throws when the answer is an error */
  const call = async <T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object | string) => {
    const lines = typeof body === 'string' ? body : undefined
    const headers = { 'content-type': lines === undefined ? 'application/json' : 'application/x-ndjson' }
    const sent = body === undefined ? {} : { body: lines ?? JSON.stringify(body) }
    const answer = await pool.request({ method, path, headers, ...sent })
    const text = await answer.body.text()
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path} was answered with ${answer.statusCode}: ${text}`)
    return JSON.parse(text) as T
  }
  return {
    call,
    /** The documents that the index holds of these ids, tombstones and those that are not refreshed yet included. */
    async sources(index: string, ids: readonly string[]): Promise<Source[]> {
      const found: Source[] = []
      for (const some of inParts(ids)) {
        type Found = { docs: { _source?: Source }[] }
        const { docs } = await call<Found>('POST', `/${index}/_mget`, { ids: some })
        found.push(...docs.flatMap(({ _source }) => _source ?? []))
      }
      return found
    },
    /** Whether a search finds this id. */
    async finds(index: string, id: string): Promise<boolean> {
      type Found = { hits: { total: { value: number } } }
      const { hits } = await call<Found>('POST', `/${index}/_search`, { size: 0, query: { term: { id } } })
      return hits.total.value > 0
    },
  }
}

/** A bulk request's lines for these documents, with external versions, as docmgr writes them. */
export const bulkLines = (documents: readonly Source[]): string =>
  documents
    .map((document) => {
      const action = { index: { _id: document.id, version: document.version, version_type: 'external' } }
      return `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`
    })
    .join('')

/** Arrays of at most a thousand. */
export function inParts<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / DOCUMENTS_PER_REQUEST)
  return Array.from({ length: count }, (_, n) =>
    all.slice(n * DOCUMENTS_PER_REQUEST, (n + 1) * DOCUMENTS_PER_REQUEST),
  )
}
