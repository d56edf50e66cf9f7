import { setTimeout as delay } from 'node:timers/promises'
import { queryRows } from '../../db/query.ts'
import type { ChangeEvent } from '../../domain/change.ts'
import { fieldDefinition, type FieldType, SEARCH_FIELDS } from '../../domain/document-fields.ts'
import { STATUSES } from '../../domain/document-status.ts'
import { currentDocuments, currentDocumentsOf } from '../../roles/indexer/current-documents.ts'
import type { Consumer } from '../../ports/changes/port.ts'
import type { IndexedDocument, SearchDocument, SearchIndex } from '../../ports/search/port.ts'
import { indexEach } from '../../roles/indexer/index-each.ts'
import { type CheckContext, type Damage, pagesOf } from './damage.ts'

const PAGE_SIZE = 500
/** A change needs much less until it is indexed. */
const GRACE_MS = 5_000

export interface IndexCheckOptions {
  index: SearchIndex
  /** the indexer, for repairs */
  consumer: Pick<Consumer, 'handle' | 'maxBatch'> | undefined
}

/** Compares the index with the rows in both directions. */
export async function checkIndex(options: IndexCheckOptions, context: CheckContext): Promise<void> {
  await checkVersions(options, context)
  await checkStrays(options, context)
}

/** Every document in its version. */
async function checkVersions({ index, consumer }: IndexCheckOptions, context: CheckContext): Promise<void> {
  const { pool, retry, isAlone, onProgress } = context
  const compare = async (events: ChangeEvent[]): Promise<Mismatch[]> => {
    const versions = await retry.retry(() => index.versions(events.map(({ key }) => key)))
    return events.flatMap((event) => mismatchOf(event, versions.get(event.key)) ?? [])
  }
  const readPage = (after: string | null): Promise<(ChangeEvent & { id: string })[]> =>
    retry.retry(async () => {
      const events = await currentDocuments(pool, after ?? undefined, PAGE_SIZE)
      return events.map((event) => ({ ...event, id: event.key }))
    })
  for await (const events of pagesOf(readPage)) {
    let found = await compare(events)
    // Changes in flight: the newest rows are compared until the grace period is over.
    const end = performance.now() + (isAlone ? 0 : GRACE_MS)
    while (found.length > 0 && performance.now() < end) {
      await delay(200)
      const ids = found.map(({ event }) => event.key)
      found = await compare(await retry.retry(() => currentDocumentsOf(pool, ids)))
    }
    await reportMismatches(found, consumer, context)
    onProgress(events.length)
  }
}

interface Mismatch {
  event: ChangeEvent
  damage: Omit<Damage, 'repaired'>
}

function mismatchOf(event: ChangeEvent, indexed: number | undefined): Mismatch | undefined {
  if (event.topic !== 'cdc.documents') return undefined
  const { version } = event.value.after!
  const subject = event.key
  const versions = `the index has version ${indexed}, the row ${version}`
  if (indexed === undefined) {
    const detail = 'the index does not have the document'
    return { event, damage: { kind: 'index-missing', subject, detail } }
  }
  if (indexed < version) return { event, damage: { kind: 'index-older', subject, detail: versions } }
  if (indexed > version) return { event, damage: { kind: 'index-newer', subject, detail: versions } }
  return undefined
}

async function reportMismatches(
  found: readonly Mismatch[],
  consumer: IndexCheckOptions['consumer'],
  { retry, repair, report }: CheckContext,
): Promise<void> {
  const failures = new Map<string, string>()
  const lacking = found.filter(({ damage }) => damage.kind !== 'index-newer')
  if (repair && lacking.length > 0) {
    const events = lacking.map(({ event }) => event)
    await indexEach(events, consumer!, retry, ({ id, reason }) => void failures.set(id, reason))
  }
  for (const { damage } of found) {
    const failure = failures.get(damage.subject)
    const repaired = repair && damage.kind !== 'index-newer' && failure === undefined
    report({ ...damage, ...(failure && { detail: `${damage.detail}; ${failure}` }), repaired })
  }
}

/** Every document of the index has a row. */
async function checkStrays({ index }: IndexCheckOptions, context: CheckContext): Promise<void> {
  const { pool, retry, repair, report } = context
  const readPage = (after: string | null): Promise<IndexedDocument[]> =>
    retry.retry(() => index.list(after ?? undefined, PAGE_SIZE))
  for await (const documents of pagesOf(readPage)) {
    const ids = documents.flatMap(({ id, deleted }) => (deleted ? [] : [id]))
    const text = 'select id from documents.documents where id = any($1::uuid[])'
    const rows = await retry.retry(() => queryRows<{ id: string }>(pool, text, [ids]))
    const known = new Set(rows.map(({ id }) => id))
    for (const { id, version } of documents.filter(({ id, deleted }) => !deleted && !known.has(id))) {
      if (repair) await retry.retry(() => index.index([tombstoneOf(id, version + 1)]))
      const detail = `the index has version ${version} of a document without a row`
      report({ kind: 'index-without-row', subject: id, detail, repaired: repair })
    }
  }
}

/** Nothing of it is ever shown, but the index needs a value of each field's type. */
function tombstoneOf(id: string, version: number): SearchDocument {
  const fields = Object.fromEntries(
    SEARCH_FIELDS.map((name) => [name, EMPTY_VALUES[fieldDefinition(name).type]]),
  )
  return { ...fields, id, version, deleted: true, content: '' } as SearchDocument
}

const EMPTY_VALUES: Record<FieldType, string | number> = {
  uuid: '',
  text: '',
  sha256: '',
  email: '',
  mediaType: '',
  status: STATUSES[0],
  integer: 0,
  bigint: 0,
  timestamp: new Date(0).toISOString(),
}
