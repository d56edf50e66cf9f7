import { isIP } from 'node:net'
import { subjectsOf } from '../domain/access.ts'
import { KEY_PREFIX, type Principal, type RequestContext } from '../domain/request.ts'

/** Who makes a change, and from where, as the history of documents keeps it: JSON. */
export type Actor = string

/** What is known of a request. */
export type ActorSource = Pick<RequestContext, 'principal' | 'clientAddress' | 'userAgent'>

const MAX_AGENT_CHARS = 255

/** Everything but the kind is personal. */
export function actorOf({ principal, clientAddress, userAgent }: ActorSource): Actor {
  return JSON.stringify({
    kind: kindOf(principal),
    ...namesOf(principal),
    ...(isIP(clientAddress) !== 0 && { client_address: clientAddress }),
    ...(userAgent && { user_agent: userAgent.slice(0, MAX_AGENT_CHARS).toWellFormed().replaceAll('\0', '') }),
  })
}

/** The document role itself: what it finds in contents. */
export const DOCUMENT_ROLE: Actor = JSON.stringify({ kind: 'service', actor: 'document' })
/** The signature role itself. */
export const SIGNATURE_ROLE: Actor = JSON.stringify({ kind: 'service', actor: 'signature' })

/**
 * A table function, for FROM or USING of a statement that changes something: says to the triggers that keep the history who
 * makes the change, until its transaction ends. Without it the history names the user of the database.
 * @param place number of the parameter that is an Actor
 */
export const actingAs = (place: number): string => `set_config('docmgr.by', $${place}, true)`

/**
 * The same for a statement that changes rows for several actors.
 * @param place number of the parameter that is JSON, an object of Actors by the id of the row: a document or a signature
 */
export const actingAsEach = (place: number): string => `set_config('docmgr.by_each', $${place}, true)`

function kindOf(principal: Principal): string {
  if (principal.kind === 'system') return 'service'
  if (principal.kind === 'anonymous') return 'anonymous'
  return principal.id.startsWith(KEY_PREFIX) ? 'key' : 'person'
}

function namesOf(principal: Principal): { actor?: string; subject?: string } {
  if (principal.kind === 'system') return { actor: principal.name }
  if (principal.kind === 'anonymous') return {}
  return { actor: subjectsOf(principal)[0]!, subject: principal.id }
}
