import { DomainError } from '../../domain/errors.ts'
import { type Elasticsearch, ElasticsearchError } from './elasticsearch-client.ts'
import { isRefusal } from './elasticsearch-errors.ts'
import type { SearchDocument } from './port.ts'
import type { WholeDocument } from './whole-document.ts'

/** ids that are asked for at once */
const MAX_IDS = 1_000
/** UTF-16 code units of texts that are fetched at once */
const MAX_UNITS = 2_000_000

interface Held {
  _id: string
  found?: boolean
  _version: number
  _source?: { content_sha256?: string; content_length?: number; deleted: boolean; content?: string }
  error?: { type: string; reason: string }
}

/** An index that was deleted meanwhile is created again by the caller, as for a request that fails as a whole. */
function readError(id: string, { type, reason }: { type: string; reason: string }): Error {
  if (type === 'index_not_found_exception' || isRefusal(type))
    return new ElasticsearchError(404, type, reason)
  return new DomainError('unavailable', `the search index cannot read document ${id} now: ${type}: ${reason}`)
}

/** Reads documents by their ids, as they are now, refreshed or not. */
export function createHeld(client: Elasticsearch, alias: string) {
  async function get(ids: string[], source: string): Promise<Held[]> {
    const held: Held[] = []
    for (let start = 0; start < ids.length; start += MAX_IDS) {
      const { docs } = await client.ask<{ docs: Held[] }>({
        method: 'POST',
        path: `/${alias}/_mget`,
        query: { _source: source },
        body: { ids: ids.slice(start, start + MAX_IDS) },
      })
      for (const each of docs) {
        if (each.error !== undefined) throw readError(each._id, each.error)
        if (each.found) held.push(each)
      }
    }
    return held
  }

  /** Whole texts. */
  async function contents(ids: string[]): Promise<Map<string, string>> {
    const held = await get(ids, 'content')
    return new Map(held.map(({ _id, _source }) => [_id, _source?.content ?? '']))
  }

  return {
    contents,

    async versions(ids: string[]): Promise<Map<string, number>> {
      const held = await get(ids, 'false')
      return new Map(held.map(({ _id, _version }) => [_id, _version]))
    },

    /** Gives documents the texts that the index holds of them. Those that it has a newer version of are left out. */
    async complete(documents: SearchDocument[]) {
      const found = new Map(
        (
          await get(
            documents.map(({ id }) => id),
            'content_sha256,content_length,deleted',
          )
        ).map((held) => [held._id, held]),
      )
      const needContent: string[] = []
      const usable: SearchDocument[] = []
      const units: number[] = []
      for (const document of documents) {
        const held = found.get(document.id)
        if (held !== undefined && held._version >= document.version) continue
        const { deleted = true, content_sha256, content_length = 0 } = held?._source ?? {}
        if (deleted || document.content_sha256 === null || content_sha256 !== document.content_sha256) {
          needContent.push(document.id)
          continue
        }
        usable.push(document)
        units.push(content_length)
      }
      return { needContent, batches: withTexts(usable, units, contents) }
    },
  }
}

/** The documents with their texts, as many at once as have not too much text. */
async function* withTexts(
  documents: SearchDocument[],
  units: number[],
  contents: (ids: string[]) => Promise<Map<string, string>>,
): AsyncGenerator<WholeDocument[]> {
  let start = 0
  let size = 0
  for (let end = 1; end <= documents.length; end++) {
    size += units[end - 1]!
    if (end < documents.length && size + units[end]! <= MAX_UNITS) continue
    const batch = documents.slice(start, end)
    const texts = await contents(batch.map(({ id }) => id))
    yield batch.map((document) => ({ ...document, content: textOf(document, texts) }))
    start = end
    size = 0
  }
}

function textOf({ id }: SearchDocument, texts: ReadonlyMap<string, string>): string {
  const text = texts.get(id)
  if (text === undefined)
    throw new DomainError('unavailable', `the search index has just lost document ${id}`)
  return text
}
