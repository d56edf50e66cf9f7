import type { ChangeEvent, DocumentRow } from '../../domain/change.ts'
import type { SearchDocument } from '../../ports/search/port.ts'

/** The newest that a batch of events says of one document. */
export interface DocumentState {
  row: DocumentRow
  version: number
  deleted: boolean
  /** the batch has the beginning of the document, so the index cannot have its text yet */
  isNew: boolean
  /** when the newest change was committed, milliseconds since the epoch */
  committedAt: number
}

/** One state a document. Rows without a content are left out: their documents are not indexed. */
export function newestStates(events: readonly ChangeEvent[]): Map<string, DocumentState> {
  const states = new Map<string, DocumentState>()
  for (const event of events) {
    if (event.topic !== 'cdc.documents') continue
    const state = stateAfter(event)
    if (state === undefined || state.row.s3_key === null) continue
    const other = states.get(state.row.id)
    if (other === undefined) states.set(state.row.id, state)
    else if (other.version < state.version)
      states.set(state.row.id, { ...state, isNew: state.isNew || other.isNew })
  }
  return states
}

function stateAfter({ value }: Extract<ChangeEvent, { topic: 'cdc.documents' }>): DocumentState | undefined {
  const isNew = value.op === 'c'
  const committedAt = value.source.ts_ms
  const { after, before } = value
  if (after)
    return { row: after, version: after.version, deleted: after.deleted_at !== null, isNew, committedAt }
  // The row is gone for good, which has no version of its own: it is what would have come next.
  return before ? { row: before, version: before.version + 1, deleted: true, isNew, committedAt } : undefined
}

/** `content` null: the index keeps the text that it has. */
export function searchDocumentOf(
  { row, version, deleted }: DocumentState,
  content: string | null,
): SearchDocument {
  return {
    id: row.id,
    title: row.title,
    content: deleted ? '' : content,
    content_sha256: row.content_sha256,
    status: row.status,
    created_by: row.created_by,
    content_type: row.content_type,
    content_size: row.content_size,
    created_at: row.created_at,
    updated_at: row.updated_at,
    version,
    deleted,
  }
}
