import { subjectOfAddress } from '../../domain/access.ts'
import type { ChangeEvent } from '../../domain/change.ts'
import type { DocumentRow } from '../../domain/document-fields.ts'
import { SEARCH_FIELDS } from '../../domain/document-fields.ts'
import type { SearchDocument } from '../../ports/search/port.ts'

/** The newest state of one document in a batch of events. */
export interface DocumentState {
  row: DocumentRow
  version: number
  deleted: boolean
  /** the batch has the creation of the document, so the index cannot have its text yet */
  isNew: boolean
  /** the batch has the event with which its text was read, or could not be read */
  hasNewText: boolean
  /** when the newest change was committed, Unix time in milliseconds */
  committedAt: number
}

/** The newest states by document id. Rows without a content are left out: their documents are not indexed. */
export function newestStates(events: readonly ChangeEvent[]): Map<string, DocumentState> {
  const states = new Map<string, DocumentState>()
  for (const event of events) {
    if (event.topic !== 'cdc.documents') continue
    const state = stateAfter(event)
    if (state === undefined || state.row.s3_key === null) continue
    const other = states.get(state.row.id)
    states.set(state.row.id, other === undefined ? state : merged(other, state))
  }
  return states
}

/** Of one version the state whose text was read counts: an event that is repeated may be older. */
function merged(one: DocumentState, later: DocumentState): DocumentState {
  const isNewer =
    one.version < later.version || (one.version === later.version && later.row.text_state !== 'pending')
  const isNew = one.isNew || later.isNew
  return { ...(isNewer ? later : one), isNew, hasNewText: one.hasNewText || later.hasNewText }
}

function stateAfter({ value }: Extract<ChangeEvent, { topic: 'cdc.documents' }>): DocumentState | undefined {
  const isNew = value.op === 'c'
  const committedAt = value.source.ts_ms
  const { after, before } = value
  if (after) {
    const isRead = after.text_state !== 'pending'
    const hasNewText = before !== null && isRead && before.text_state !== after.text_state
    const deleted = after.deleted_at !== null
    return { row: after, version: after.version, deleted, isNew, hasNewText, committedAt }
  }
  // A row that was deleted physically has no version of its own; it gets the next one.
  return before
    ? { row: before, version: before.version + 1, deleted: true, isNew, hasNewText: false, committedAt }
    : undefined
}

/**
 * The search document of a state.
 * @param content null: the index keeps its text
 */
export function projectDocument(
  { row, version, deleted }: DocumentState,
  content: SearchDocument['content'],
): SearchDocument {
  const document: Record<string, unknown> = {}
  for (const name of SEARCH_FIELDS) document[name] = row[name]
  // An event from before the column has none.
  document['readers'] ??= [subjectOfAddress(row.created_by)]
  return Object.assign(document as unknown as SearchDocument, {
    version,
    deleted,
    content: deleted ? [] : content,
  })
}
