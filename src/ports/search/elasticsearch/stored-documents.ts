import { DomainError } from '../../../domain/errors.ts'
import { fieldDefinition, SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import { formatTime } from '../../../domain/time.ts'
import { TIME_FIELDS } from '../fields.ts'
import type { SearchDocument, StoredDocument } from '../port.ts'
import { lacksText } from '../prepare-documents.ts'
import { type Elasticsearch, isElasticsearchError } from './client.ts'
import type { IndexSetup } from './create-index.ts'
import type { Source } from './source.ts'

/** ids of one request */
const MAX_IDS = 1_000
/** UTF-16 code units of the texts of one request */
const MAX_UNITS = 2_000_000

interface ReadDocument {
  _id: string
  found?: boolean
  _version: number
  _source?: Source
  error?: { type: string; reason: string }
}

/** Reads documents by id in their current state, refreshed or not. */
export interface StoredDocuments {
  versions(ids: string[]): Promise<Map<string, number>>
  stored(ids: string[]): Promise<Map<string, StoredDocument>>
  /**
   * Finds the sources with the texts of documents. Documents with a newer stored version are left out.
   * @returns the ids of documents without a usable text, and the others, of which few are in memory at a time
   */
  complete(
    documents: SearchDocument[],
  ): Promise<{ needContent: string[]; sources: AsyncIterable<[document: SearchDocument, stored: Source]> }>
}

export function createStoredDocuments(
  client: Pick<Elasticsearch, 'ask'>,
  alias: string,
  setup: Pick<IndexSetup, 'invalidate'>,
): StoredDocuments {
  async function read(ids: string[], source: string): Promise<ReadDocument[]> {
    const stored: ReadDocument[] = []
    for (let start = 0; start < ids.length; start += MAX_IDS) {
      const { docs } = await client
        .ask<{ docs: ReadDocument[] }>({
          method: 'POST',
          path: `/${alias}/_mget`,
          query: { _source: source },
          body: { ids: ids.slice(start, start + MAX_IDS) },
        })
        .catch(refusedRead)
      for (const each of docs) {
        if (each.error !== undefined) throw readError(each._id, each.error)
        if (each.found) stored.push(each)
      }
    }
    return stored
  }

  /** Reading by id depends on nothing in a document, so no exception of it blames one. */
  function readError(id: string, { type, reason }: { type: string; reason: string }): Error {
    if (type === 'index_not_found_exception') setup.invalidate()
    return new DomainError(
      'unavailable',
      `the search index cannot read document ${id} now: ${type}: ${reason}`,
    )
  }

  return {
    async versions(ids) {
      const stored = await read(ids, 'false')
      return new Map(stored.map(({ _id, _version }) => [_id, _version]))
    },

    async stored(ids) {
      const stored = await read(ids, [...SEARCH_FIELDS, 'deleted'].join())
      return new Map(stored.map((each) => [each._id, storedDocumentOf(each)]))
    },

    async complete(documents) {
      const ids = documents.map(({ id }) => id)
      const stored = await read(ids, 'content_sha256,content_length,text_state,deleted')
      const byId = new Map(stored.map((each) => [each._id, each]))
      const needContent: string[] = []
      const usable: { document: SearchDocument; units: number }[] = []
      for (const document of documents) {
        const found = byId.get(document.id)
        const source = found?._source ?? { deleted: true }
        const { deleted, content_sha256, content_length: units = 0 } = source
        const text_state = source['text_state'] as SearchDocument['text_state'] | undefined
        const lacks = found !== undefined && lacksText({ version: found._version, text_state }, document)
        if (found !== undefined && !lacks && found._version >= document.version) continue
        if (
          deleted ||
          lacks ||
          document.content_sha256 === null ||
          content_sha256 !== document.content_sha256
        )
          needContent.push(document.id)
        else usable.push({ document, units })
      }
      return { needContent, sources: withSources(usable, (ids) => read(ids, 'true')) }
    },
  }
}

/** The version is Elasticsearch's own, which decides what it accepts. */
function storedDocumentOf({ _id, _version, _source }: ReadDocument): StoredDocument {
  const stored: StoredDocument = { ...EMPTY, ...(_source as StoredDocument), id: _id, version: _version }
  for (const name of TIME_FIELDS) stored[name] = formatTime(stored[name])
  return stored
}

/** The source of a tombstone lacks its texts, its author and its readers. */
const EMPTY = {
  ...Object.fromEntries(SEARCH_FIELDS.map((name) => [name, fieldDefinition(name).nullable ? null : ''])),
  readers: [],
} as Partial<StoredDocument>

/** Reads the sources of documents together until their texts have MAX_UNITS. */
async function* withSources(
  documents: { document: SearchDocument; units: number }[],
  read: (ids: string[]) => Promise<ReadDocument[]>,
): AsyncGenerator<[SearchDocument, Source]> {
  let start = 0
  let size = 0
  for (let end = 1; end <= documents.length; end++) {
    size += documents[end - 1]!.units
    const next = documents[end]
    if (next !== undefined && size + next.units <= MAX_UNITS) continue
    const batch = documents.slice(start, end).map(({ document }) => document)
    const stored = new Map((await read(batch.map(({ id }) => id))).map((each) => [each._id, each._source]))
    for (const document of batch) {
      const source = stored.get(document.id)
      if (source === undefined)
        throw new DomainError('unavailable', `the search index has lost document ${document.id}; try again`)
      yield [document, source]
    }
    start = end
    size = 0
  }
}

function refusedRead(error: unknown): never {
  if (!isElasticsearchError(error)) throw error
  throw new DomainError('unavailable', `the search index cannot be read now: ${error.message}`, {
    cause: error,
  })
}
