import type { DocumentStatus } from '../../domain/document.ts'

/** A document whose creation was acknowledged, as far as the answers tell. */
export interface KnownDocument {
  id: string
  /** in no other document; every title begins with it */
  word: string
  content: string
  contentType: string
  /** at the least: the move to `signed` may follow later */
  version: number
  title: string
  status: DocumentStatus
  deleted: boolean
  /** a signature was asked for, so that it must not be deleted */
  signed: boolean
  /** has subscribers */
  watched: boolean
  /** acknowledged ones, by id */
  signatures: Map<string, { data: string; email: string }>
  /** of a change that got no answer: it has happened as a whole or not at all */
  uncertain?: Uncertain
}

export interface Uncertain {
  title?: string
  status?: DocumentStatus
  deleted?: true
}

/** A POST that got no answer; sent again with its key it must have happened once. */
export interface OpenRequest {
  what: string
  send(urls: { http: string }): Promise<void>
}

/** What one writer knows. Nobody else changes its documents. */
export interface Ledger {
  documents: KnownDocument[]
  open: OpenRequest[]
  /** documents that were changed since they were checked last */
  touched: Set<KnownDocument>
}

export const createLedger = (): Ledger => ({ documents: [], open: [], touched: new Set() })

/** How often what has happened, for the report. */
export type Tally = Map<string, number>

export function count(tally: Tally, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}
