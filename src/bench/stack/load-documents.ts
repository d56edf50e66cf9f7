import type { ElasticsearchClient } from './elasticsearch.ts'

const DOCUMENTS_A_BODY = 1_000
/** Requests under way at the same time. */
const AT_ONCE = 2

type IndexSettings = Record<string, { mappings: object; settings: { index: Record<string, unknown> } }>

/** What an index says of itself and no other may be made with. */
const OWN_SETTINGS = ['uuid', 'creation_date', 'provided_name', 'version', 'history']

/**
 * A baseline: posts bodies that were made before to a new index like this one, with external versions.
 * @returns documents a second
 */
export async function loadDocuments(
  elasticsearch: ElasticsearchClient,
  like: string,
  documents: readonly Record<string, unknown>[],
): Promise<number> {
  const target = `${like}-loaded`
  const [{ mappings, settings }] = Object.values(
    await elasticsearch.call<IndexSettings>('GET', `/${like}`),
  ) as [IndexSettings[string]]
  const index = Object.fromEntries(
    Object.entries(settings.index).filter(([name]) => !OWN_SETTINGS.includes(name)),
  )
  await elasticsearch.call('PUT', `/${target}`, { mappings, settings: { index } })
  try {
    const bodies = bodiesOf(documents)
    const begun = performance.now()
    const work = async (): Promise<void> => {
      for (let body = bodies.pop(); body; body = bodies.pop()) {
        const { errors } = await elasticsearch.call<{ errors: boolean }>('POST', `/${target}/_bulk`, body)
        if (errors) throw new Error('Elasticsearch has refused a document of the loader')
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    return (documents.length * 1_000) / (performance.now() - begun)
  } finally {
    await elasticsearch.call('DELETE', `/${target}`)
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
