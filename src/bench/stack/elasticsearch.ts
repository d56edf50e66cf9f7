import { Pool } from 'undici'

/** Requests to Elasticsearch past docmgr. */
export interface ElasticsearchClient {
  /** @param body JSON, or lines of JSON for _bulk; @throws when the answer is an error */
  call<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object | Buffer): Promise<T>
  /** Which of these ids the index holds, tombstones included; sees what is not yet refreshed. */
  present(index: string, ids: readonly string[]): Promise<number>
  /** Whether a search finds this id. */
  finds(index: string, id: string): Promise<boolean>
  /** The documents as the index keeps them. */
  sources(index: string, ids: readonly string[]): Promise<Record<string, unknown>[]>
  /** All documents that can be found, in parts. */
  everything(index: string): AsyncIterable<Record<string, unknown>[]>
  stop(): Promise<void>
}

const CONNECTIONS = 4
const DOCUMENTS_A_READ = 1_000

export function createElasticsearchClient(url: string): ElasticsearchClient {
  const pool = new Pool(url, { connections: CONNECTIONS, bodyTimeout: 30_000, headersTimeout: 30_000 })

  const call: ElasticsearchClient['call'] = async <T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object | Buffer,
  ) => {
    const lines = Buffer.isBuffer(body)
    const answer = await pool.request({
      method,
      path,
      headers: { 'content-type': lines ? 'application/x-ndjson' : 'application/json' },
      ...(body !== undefined && { body: lines ? body : JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path} was answered with ${answer.statusCode}: ${text}`)
    return JSON.parse(text) as T
  }

  type Found = { docs: { found?: boolean; _source?: Record<string, unknown> }[] }
  return {
    call,
    async present(index, ids) {
      const { docs } = await call<Found>('POST', `/${index}/_mget?_source=false`, { ids })
      return docs.filter(({ found }) => found).length
    },
    async finds(index, id) {
      const { hits } = await call<{ hits: { total: { value: number } } }>('POST', `/${index}/_search`, {
        size: 0,
        query: { term: { id } },
      })
      return hits.total.value > 0
    },
    async sources(index, ids) {
      const found: Record<string, unknown>[] = []
      for (let n = 0; n < ids.length; n += DOCUMENTS_A_READ) {
        const { docs } = await call<Found>('POST', `/${index}/_mget`, {
          ids: ids.slice(n, n + DOCUMENTS_A_READ),
        })
        found.push(...docs.flatMap(({ _source }) => (_source ? [_source] : [])))
      }
      return found
    },
    async *everything(index) {
      type Page = { hits: { hits: { _source: Record<string, unknown>; sort: unknown[] }[] } }
      let after: unknown[] | undefined
      for (;;) {
        const { hits } = await call<Page>('POST', `/${index}/_search`, {
          size: DOCUMENTS_A_READ,
          sort: ['id'],
          ...(after && { search_after: after }),
        })
        const last = hits.hits.at(-1)
        if (!last) return
        yield hits.hits.map(({ _source }) => _source)
        after = last.sort
      }
    },
    stop: () => pool.close(),
  }
}
