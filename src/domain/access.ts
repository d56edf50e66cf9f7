/**
 * Who may do what with a document. The facts are rows of documents.access: a subject and its role in a document. The
 * policy is here, and has three interpreters: `isReader` for one document, the statements of lists and changes, and the
 * filter of the search adapters.
 */
import { KEY_PREFIX, type Principal } from './request.ts'

/** What someone is to a document; each role may do what the one before it may. */
export const ACCESS_ROLES = ['reader', 'editor', 'owner'] as const
export type AccessRole = (typeof ACCESS_ROLES)[number]

/** `read` with its content, text, signatures and events; `change` title and status, delete; `share`: access itself. */
export type Action = 'read' | 'change' | 'share'

const LEAST_ROLE: Record<Action, AccessRole> = { read: 'reader', change: 'editor', share: 'owner' }

/** The roles in a document that permit an action. */
export const rolesFor = (action: Action): readonly AccessRole[] =>
  ACCESS_ROLES.slice(ACCESS_ROLES.indexOf(LEAST_ROLE[action]))

/** The most subjects that one document can have. */
export const MAX_READERS = 200

/** The name of who has an address. */
export const subjectOfAddress = (email: string): string => `email:${email.toLowerCase()}`

/** The most groups of a person that count, and the most characters of the name of one. */
export const MAX_GROUPS = 100
export const MAX_GROUP_NAME = 128

/** Whether a group can have this name: printable characters of any script, and no blank at either end. */
export const isGroupName = (name: string): boolean =>
  name.length <= MAX_GROUP_NAME && /^[^\p{C}\p{Z}]([^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}])?$/u.test(name)

export const subjectOfGroup = (name: string): string => `group:${name}`
export const subjectOfPerson = (id: string): string => `person:${id}`

/**
 * The names by which a principal can have a role: `email:ADDRESS` in lower case, `person:ID` of one who has logged in,
 * `key:ID` of an API key, which acts for a person and so has that person's address, too, and `group:NAME` of each group, of
 * which case counts.
 */
export function subjectsOf(principal: Principal): readonly string[] {
  if (principal.kind !== 'user') return []
  const { id, email, session, groups = [] } = principal
  const subjects = [subjectOfAddress(email)]
  if (session !== undefined) subjects.push(subjectOfPerson(id))
  if (id.startsWith(KEY_PREFIX)) subjects.push(id)
  return [...subjects, ...groups.map(subjectOfGroup)]
}

/** The documents that are within a principal's reach: all, or those in which one of these subjects has a role. */
export type Reach = 'all' | readonly string[]

/**
 * Where authentication is open everybody may do everything, as at one's own machine. Elsewhere administrators may, and
 * auditors may read.
 */
export function reachOf(principal: Principal, action: Action, mode: 'open' | 'required'): Reach {
  if (mode === 'open' || principal.kind === 'system') return 'all'
  if (principal.kind !== 'user') return []
  if (principal.admin || (action === 'read' && principal.auditor === true)) return 'all'
  return subjectsOf(principal)
}

/** `reachOf` where a role knows the mode. */
export type ReachOf = (principal: Principal, action: Action) => Reach

/** @param readers the subjects that have a role in a document, as `readers` of its row has them */
export const isReader = (readers: readonly string[], reach: Reach): boolean =>
  reach === 'all' || reach.some((subject) => readers.includes(subject))
