/** The one place that decides whose events a client may see. */
import type { Principal } from '../../domain/request.ts'
import { storedAddress } from '../../runtime/email-address.ts'

/** What a decision can depend on. */
export interface DocumentOwner {
  /** e-mail address of its creator */
  created_by: string
}

/** Whether a client may follow a document that it names. Today that is everyone who may read it over REST. */
export function mayFollow(_principal: Principal, _document: DocumentOwner): boolean {
  return true
}

/** Whether a principal sees the events of all documents in its feed: administrators, and everyone without a token. */
export const seesEverything = (principal: Principal): boolean => principal.kind !== 'user' || principal.admin

/** Whether the events of a document are in the principal's feed over all documents. */
export function isInFeed(principal: Principal, { created_by }: DocumentOwner): boolean {
  if (principal.kind !== 'user' || principal.admin) return true
  return caseless(principal.email) === caseless(created_by)
}

const caseless = (email: string): string => storedAddress(email).toLowerCase()
