import { abortAfter } from '../runtime/within.ts'
import type { Api } from './api.ts'
import { subscribe, type SubscriptionMessage } from './subscription.ts'

/** Something that happened to a document. */
export interface HistoryEntry {
  /** as messages are called: `document.sent`, `signature.added` */
  type: string
  /** when it was committed, ISO 8601 in UTC */
  at: string
  /** what is known of it; a document as in REST, with `document_id` */
  data: Record<string, unknown>
}

export interface DocumentHistory {
  /** in the order in which they happened */
  entries: HistoryEntry[]
  /** false: earlier events are not kept any more, and only what the document and its signatures still tell is here */
  isComplete: boolean
}

/** for the whole history of a document */
const READ_LIMIT_MS = 60_000

/**
 * What has happened to a document until now: its kept events, completed with its creation and its signatures, which are
 * kept for ever. This is the one place that knows where a history comes from.
 * @param token for the WebSocket
 */
export async function documentHistory(
  id: string,
  service: { api: Api; wsUrl: string; token: () => Promise<string>; signal: AbortSignal },
): Promise<DocumentHistory> {
  const { api, signal } = service
  const limit = abortAfter(READ_LIMIT_MS)
  const events = await keptEvents(id, { ...service, signal: AbortSignal.any([signal, limit]) })
  signal.throwIfAborted()
  if (events === undefined) throw new Error(`the service did not send the history within ${READ_LIMIT_MS} ms`)
  if (events.some(({ type }) => type === 'document.created')) return { entries: events, isComplete: true }
  const [document, signatures] = await Promise.all([api.getDocument(id), api.signaturesOf(id)])
  const known = new Set(events.map(({ data }) => data['signature_id']))
  const older: HistoryEntry[] = signatures
    .filter((signature) => !known.has(signature.id))
    .map(({ id: signature_id, signed_at, signer_email, signer_name, content_sha256, document_id }) => ({
      type: 'signature.added',
      at: signed_at,
      data: { document_id, signature_id, signer_email, signer_name, signed_at, content_sha256 },
    }))
  const { created_at, created_by, title } = document
  const created = { type: 'document.created', at: created_at, data: { document_id: id, title, created_by } }
  const entries = [created, ...older, ...events].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return { entries, isComplete: false }
}

/** The events that the service keeps of a document; undefined when the signal ends this before they are all here. */
async function keptEvents(
  documentId: string,
  { wsUrl, token, signal }: { wsUrl: string; token: () => Promise<string>; signal: AbortSignal },
): Promise<HistoryEntry[] | undefined> {
  const entries: HistoryEntry[] = []
  let isCaughtUp = false
  const subscription = subscribe({
    url: wsUrl,
    documentId,
    token,
    last: 'start',
    signal,
    onMessage: ({ type, timestamp = '', data = {} }: SubscriptionMessage) =>
      void entries.push({ type, at: timestamp, data }),
    onCaughtUp: () => {
      isCaughtUp = true
      subscription.close()
    },
  })
  await subscription.closed
  return isCaughtUp ? entries : undefined
}
