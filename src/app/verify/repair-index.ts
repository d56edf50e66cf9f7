import type { ChangeEvent } from '../../domain/change.ts'
import { fieldDefinition, type FieldType, SEARCH_FIELDS } from '../../domain/document-fields.ts'
import { STATUSES } from '../../domain/document-status.ts'
import { TEXT_STATES } from '../../domain/text-state.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Consumer } from '../../ports/changes/port.ts'
import type { SearchDocument, SearchIndex } from '../../ports/search/port.ts'
import { currentDocumentsOf } from '../../roles/indexer/current-documents.ts'
import { indexEach } from '../../roles/indexer/index-each.ts'
import { poll } from '../../runtime/poll.ts'
import { TimeoutError } from '../../runtime/within.ts'
import type { CheckResources, Failures, Finding } from './check.ts'
import { problemOf } from './check-contents.ts'

export interface IndexCheckOptions extends CheckResources {
  index: SearchIndex
  blobs: Blobs
  /** documents that were deleted earlier need no tombstone */
  deletedBefore: Date
  /** the indexer, for repairs */
  consumer: Pick<Consumer, 'handle' | 'maxBatch'> | undefined
}

/** Elasticsearch can remember a removed version for a minute, and refuse older ones. */
const REPLACE_TIMEOUT_MS = 90_000

/** Makes the index have the current rows of these documents. */
export async function repairIndex(
  findings: readonly Finding[],
  options: IndexCheckOptions,
): Promise<Failures> {
  const { index, pool } = options
  const failures = new Map<string, string>()
  const strays = findings.filter(({ kind }) => kind === 'index-without-row')
  if (strays.length > 0)
    await index.index(strays.map(({ subject, state }) => tombstoneOf(subject, Number(state) + 1)))

  const lacking = findings.filter(({ kind }) => kind === 'index-missing' || kind === 'index-older')
  const events = await currentDocumentsOf(
    pool,
    lacking.map(({ subject }) => subject),
  )
  await indexEach(events, options.consumer!, options.retry, ({ id, reason }) => void failures.set(id, reason))

  const wrong = findings.filter(({ kind }) => kind === 'index-newer' || kind === 'index-altered')
  await replace(wrong, options, failures)
  return failures
}

/**
 * Indexes again what the index has in the row's version or a newer one. It never replaces those, so they are removed
 * first, where the content can be read: without it the document could not be found at all afterwards.
 */
async function replace(
  findings: readonly Finding[],
  { index, pool, blobs, consumer, retry }: IndexCheckOptions,
  failures: Map<string, string>,
): Promise<void> {
  if (findings.length === 0) return
  const wrong = new Map(findings.map(({ subject, state }) => [subject, Number(state)]))
  const events: ChangeEvent[] = []
  for (const event of await currentDocumentsOf(pool, [...wrong.keys()])) {
    const problem = await contentProblemOf(event, blobs)
    if (problem === undefined) events.push(event)
    else failures.set(event.key, problem)
  }
  await index.forget(events.map(({ key: id }) => ({ id, version: wrong.get(id)! })))
  let left = events
  const isReplaced = async (): Promise<boolean> => {
    await indexEach(left, consumer!, retry, ({ id, reason }) => void failures.set(id, reason))
    const versions = await index.versions(left.map(({ key }) => key))
    left = left.filter(({ key }) => !failures.has(key) && !versions.has(key))
    return left.length === 0
  }
  await poll({ timeoutMs: REPLACE_TIMEOUT_MS, signal: retry.signal }, 'the index', isReplaced).catch(
    (error: unknown) => {
      if (!(error instanceof TimeoutError)) throw error
      for (const { key } of left) failures.set(key, 'the index does not accept the older version; try again')
    },
  )
}

async function contentProblemOf(
  event: ChangeEvent,
  blobs: IndexCheckOptions['blobs'],
): Promise<string | undefined> {
  if (event.topic !== 'cdc.documents') return undefined
  const { s3_key: key, content_size: size, content_sha256: sha256, deleted_at } = event.value.after!
  if (key === null || deleted_at !== null) return undefined
  return problemOf(blobs, { bucket: 'documents', key, size, sha256 })
}

/** Nothing of it is ever shown, but the index needs a value of each field's type. */
function tombstoneOf(id: string, version: number): SearchDocument {
  const fields = Object.fromEntries(
    SEARCH_FIELDS.map((name) => [name, EMPTY_VALUES[fieldDefinition(name).type]]),
  )
  return { ...fields, id, version, deleted: true, content: [] } as unknown as SearchDocument
}

const EMPTY_VALUES: Record<FieldType, string | number | boolean | string[]> = {
  uuid: '',
  text: '',
  sha256: '',
  email: '',
  mediaType: '',
  status: STATUSES[0],
  textState: TEXT_STATES[0],
  boolean: false,
  integer: 0,
  bigint: 0,
  timestamp: new Date(0).toISOString(),
  subjects: [],
}
