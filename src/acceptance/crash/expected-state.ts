import type { Document, DocumentStatus } from '../facts.ts'

/** A document whose creation was acknowledged, as the answers describe it. */
export interface KnownDocument {
  id: string
  /** in no other document; every title begins with it */
  word: string
  content: string
  contentType: string
  /** a lower bound: the move to `signed` may follow later */
  version: number
  title: string
  status: DocumentStatus
  deleted: boolean
  /** a signature was requested, so it must not be deleted */
  signed: boolean
  /** has subscribers */
  watched: boolean
  /** the acknowledged ones, by id */
  signatures: Map<string, { data: string; email: string }>
  /** a change without an answer: it was applied as a whole or not at all */
  uncertain?: Uncertain
}

/** What is known of a document that was just created. */
export function knownDocument(
  { id, title, status, version }: Document,
  known: Pick<KnownDocument, 'word' | 'content' | 'contentType' | 'watched'>,
): KnownDocument {
  return { ...known, id, title, status, version, deleted: false, signed: false, signatures: new Map() }
}

export interface Uncertain {
  title?: string
  status?: DocumentStatus
  deleted?: true
}

/** A POST without an answer. Sent again with its Idempotency-Key, it must have been executed once. */
export interface OpenRequest {
  what: string
  send(urls: { http: string }): Promise<void>
}

/** What one writer knows. No other writer changes its documents. */
export interface ExpectedState {
  documents: KnownDocument[]
  open: OpenRequest[]
  /** documents that have changed since the last check */
  touched: Set<KnownDocument>
}

export const createExpectedState = (): ExpectedState => ({ documents: [], open: [], touched: new Set() })

/** How often each thing has happened, for the report. */
export type Tally = Map<string, number>

export function count(tally: Tally, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}
