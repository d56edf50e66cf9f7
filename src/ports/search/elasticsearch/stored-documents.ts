import { DomainError } from '../../../domain/errors.ts'
import type { DriverDocument, WholeDocument } from '../driver.ts'
import { SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import { formatTime } from '../../../domain/time.ts'
import { TIME_FIELDS } from '../fields.ts'
import type { StoredDocument } from '../port.ts'
import { type Elasticsearch, isElasticsearchError } from './client.ts'
import type { IndexSetup } from './create-index.ts'

/** ids of one request */
const MAX_IDS = 1_000
/** UTF-16 code units of the texts of one request */
const MAX_UNITS = 2_000_000

interface ReadDocument {
  _id: string
  found?: boolean
  _version: number
  _source?: Omit<StoredDocument, 'content_sha256'> & {
    content_sha256?: string
    content_length?: number
    content?: string
  }
  error?: { type: string; reason: string }
}

/** Reads documents by id in their current state, refreshed or not. */
export interface StoredDocuments {
  versions(ids: string[]): Promise<Map<string, number>>
  stored(ids: string[]): Promise<Map<string, StoredDocument>>
  /** whole texts */
  contents(ids: string[]): Promise<Map<string, string>>
  /**
   * Adds the stored texts to documents. Documents with a newer stored version are left out.
   * @returns the ids of documents without a usable text, and the others, in batches of a limited size
   */
  complete(
    documents: DriverDocument[],
  ): Promise<{ needContent: string[]; batches: AsyncIterable<WholeDocument[]> }>
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

  async function contents(ids: string[]): Promise<Map<string, string>> {
    const stored = await read(ids, 'content')
    return new Map(stored.map(({ _id, _source }) => [_id, _source?.content ?? '']))
  }

  return {
    contents,

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
      const stored = await read(ids, 'content_sha256,content_length,deleted')
      const byId = new Map(stored.map((each) => [each._id, each]))
      const needContent: string[] = []
      const usable: { document: DriverDocument; units: number }[] = []
      for (const document of documents) {
        const found = byId.get(document.id)
        if (found !== undefined && found._version >= document.version) continue
        const { deleted = true, content_sha256, content_length: units = 0 } = found?._source ?? {}
        if (deleted || document.content_sha256 === null || content_sha256 !== document.content_sha256)
          needContent.push(document.id)
        else usable.push({ document, units })
      }
      return { needContent, batches: withTexts(usable, contents) }
    },
  }
}

/** The version is Elasticsearch's own, which decides what it accepts. */
function storedDocumentOf({ _id, _version, _source }: ReadDocument): StoredDocument {
  const stored: StoredDocument = { ...EMPTY, ...(_source as StoredDocument), id: _id, version: _version }
  for (const name of TIME_FIELDS) stored[name] = formatTime(stored[name])
  return stored
}

/** A field that was null is not in the source. */
const EMPTY = Object.fromEntries(SEARCH_FIELDS.map((name) => [name, null])) as Partial<StoredDocument>

/** The documents with their texts, in batches of at most MAX_UNITS (or one document). */
async function* withTexts(
  documents: { document: DriverDocument; units: number }[],
  contents: (ids: string[]) => Promise<Map<string, string>>,
): AsyncGenerator<WholeDocument[]> {
  let start = 0
  let size = 0
  for (let end = 1; end <= documents.length; end++) {
    size += documents[end - 1]!.units
    const next = documents[end]
    if (next !== undefined && size + next.units <= MAX_UNITS) continue
    const batch = documents.slice(start, end).map(({ document }) => document)
    const texts = await contents(batch.map(({ id }) => id))
    yield batch.map((document) => ({ ...document, content: textOf(document, texts) }))
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

function textOf({ id }: DriverDocument, texts: ReadonlyMap<string, string>): string {
  const text = texts.get(id)
  if (text === undefined)
    throw new DomainError('unavailable', `the search index has lost document ${id}; try again`)
  return text
}
