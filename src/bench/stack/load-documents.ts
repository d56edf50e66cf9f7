import { setTimeout as delay } from 'node:timers/promises'
import type { ElasticsearchClient } from './elasticsearch.ts'

const DOCUMENTS_A_BODY = 1_000
/** Requests under way at the same time. */
const CONCURRENT_CONNECTS = 2

type IndexSettings = Record<string, { mappings: object; settings: { index: Record<string, unknown> } }>

/** What an index says of itself and no other may be made with. */
const OWN_SETTINGS = ['uuid', 'creation_date', 'provided_name', 'version', 'history']

/** Milliseconds in which Elasticsearch has merged what was written before. */
const MERGE_LIMIT_MS = 60_000
const MERGE_POLL_MS = 50

export interface DocumentLoader {
  /** Posts bodies that were made before, with external versions. @returns documents a second */
  load(documents: readonly Record<string, unknown>[]): Promise<number>
  /** Deletes the loader's index. */
  stop(): Promise<void>
}

/**
 * A baseline, with an index of its own that is made like this one and holds the same: looking up a version and merging
 * cost more in an index that holds more, and both grow by the same.
 */
export async function openDocumentLoader(
  elasticsearch: ElasticsearchClient,
  like: string,
): Promise<DocumentLoader> {
  const target = `${like}-loaded`
  const [{ mappings, settings }] = Object.values(
    await elasticsearch.call<IndexSettings>('GET', `/${like}`),
  ) as [IndexSettings[string]]
  const index = Object.fromEntries(
    Object.entries(settings.index).filter(([name]) => !OWN_SETTINGS.includes(name)),
  )
  await elasticsearch.call('PUT', `/${target}`, { mappings, settings: { index } })

  const load = async (documents: readonly Record<string, unknown>[]): Promise<number> => {
    const bodies = bodiesOf(documents)
    const begun = performance.now()
    const work = async (): Promise<void> => {
      for (let body = bodies.pop(); body; body = bodies.pop()) {
        const { errors } = await elasticsearch.call<{ errors: boolean }>('POST', `/${target}/_bulk`, body)
        if (errors) throw new Error('Elasticsearch has refused a document of the loader')
      }
    }
    await Promise.all(Array.from({ length: CONCURRENT_CONNECTS }, work))
    return (documents.length * 1_000) / (performance.now() - begun)
  }

  await elasticsearch.call('POST', `/${like}/_refresh`)
  for await (const documents of elasticsearch.everything(like)) await load(documents)
  return {
    load,
    async stop() {
      await elasticsearch.call('DELETE', `/${target}`)
    },
  }
}

/** Waits until Elasticsearch merges nothing any more: the next to be measured would pay for it. */
export async function untilMerged({ call }: ElasticsearchClient): Promise<void> {
  const end = performance.now() + MERGE_LIMIT_MS
  for (;;) {
    const { _all } = await call<{ _all: { primaries: { merges: { current: number } } } }>(
      'GET',
      '/_stats/merge',
    )
    if (_all.primaries.merges.current === 0) return
    if (performance.now() > end) throw new Error(`Elasticsearch still merges after ${MERGE_LIMIT_MS} ms`)
    await delay(MERGE_POLL_MS)
  }
}

function bodiesOf(documents: readonly Record<string, unknown>[]): Buffer[] {
  const bodies: Buffer[] = []
  for (let n = 0; n < documents.length; n += DOCUMENTS_A_BODY) {
    const lines = documents.slice(n, n + DOCUMENTS_A_BODY).map((document) => {
      const { id: _id, version } = document
      return `${JSON.stringify({ index: { _id, version, version_type: 'external' } })}\n${JSON.stringify(document)}\n`
    })
    bodies.push(Buffer.from(lines.join('')))
  }
  return bodies
}
