import type { DomainError } from './errors.ts'
import type { Policy } from './policy.ts'
import type { RequestContext } from './request.ts'

/** What somebody tried who may not, as the history of the document has it. */
export type Tried = (typeof TRIED)[number]

/** The policies that are about one document. */
export const TRIED = ['read', 'change', 'share', 'sign', 'evidence'] as const satisfies Policy[]

export const isTried = (policy: string): policy is Tried => (TRIED as readonly string[]).includes(policy)

/** A document, or that of a signature. Canonical UUIDs. */
export type Refused = { document: string } | { signature: string }

/** Who was refused, and from where. */
export type RefusedCaller = Pick<RequestContext, 'principal' | 'clientAddress' | 'userAgent'>

export interface Refusal {
  refused: Refused
  tried: Tried
  caller: RefusedCaller
}

/** Keeps who was refused in the histories of documents. */
export interface Refusals {
  /** Returns at once, and never throws. Does nothing for a document that there is not. */
  record(refused: Refused, tried: Tried, caller: RefusedCaller): void
  /** Waits for what is still to be written, for a short time. */
  stop(): Promise<void>
}

const documents = new WeakMap<object, string>()

/**
 * Says which document an error keeps somebody from. To who made the request a document that they may not know of and one
 * that there is not are the same error, so it is not a part of that.
 */
export function refusing(documentId: string, error: DomainError): DomainError {
  documents.set(error, documentId)
  return error
}

/** The document from which an error keeps somebody. */
export const refusedBy = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null ? documents.get(error) : undefined
