import type { ElasticsearchClient } from './elasticsearch.ts'

type Indices = Record<string, { mappings: object; settings: { index: Record<string, unknown> } }>

/** What an index says of itself and no other may be made with. */
const OWN_SETTINGS = ['uuid', 'creation_date', 'provided_name', 'version', 'history']

/** Makes an index for a baseline, with the mapping and the settings of docmgr's. */
export async function makeIndexLike(
  elasticsearch: ElasticsearchClient,
  like: string,
  name: string,
): Promise<void> {
  const [found] = Object.values(await elasticsearch.call<Indices>('GET', `/${like}`))
  const { mappings, settings } = found!
  const index = Object.fromEntries(
    Object.entries(settings.index).filter(([setting]) => !OWN_SETTINGS.includes(setting)),
  )
  await elasticsearch.call('PUT', `/${name}`, { mappings, settings: { index } })
}
