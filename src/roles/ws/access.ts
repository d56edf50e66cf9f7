/** The one place that decides whose events a client may see. */
import { type Reach, reachOf } from '../../domain/access.ts'
import type { Principal } from '../../domain/request.ts'
import { storedAddress } from '../../runtime/email-address.ts'

/** What a decision depends on. */
export interface DocumentReaders {
  /** the subjects that have a role in the document */
  readers: readonly string[]
}

/**
 * The documents that a subscription may be about. A feed over many documents is that of its principal, also where
 * authentication is open: who sends a token there asks for the documents of its user.
 * @param documentId undefined for a feed
 */
export function reachOfSubscription(
  principal: Principal,
  documentId: string | undefined,
  mode: 'open' | 'required',
): Reach {
  const isFeedOfUser = documentId === undefined && principal.kind === 'user'
  return reachOf(principal, 'read', isFeedOfUser ? 'required' : mode)
}

/** The readers of a row. Events from before the column have none, and then only the creator had access. */
export const readersOf = ({
  readers,
  created_by,
}: {
  readers?: readonly string[] | null
  created_by: string
}): readonly string[] => readers ?? [`email:${storedAddress(created_by).toLowerCase()}`]
