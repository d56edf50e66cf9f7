/**
 * The table of roles: what a process can do, chosen with `serve --role`. Settings, cross-field checks, help and doctor
 * derive from it. CONTRIBUTING.md has the recipe for a new role. It is apart from the schema, so that help need not load
 * the validator.
 */
import type { Port } from '../ports/adapters.ts'

interface RoleDefinition {
  /** default of the setting `listen.ROLE`; a role without one is served by `listen.http` only */
  port?: number
  /** the ports that it opens; a role with `changes` consumes the change feed */
  uses: readonly Exclude<Port, 'cluster'>[]
  /** the roles that write the data it reads */
  readsFrom: readonly string[]
}

const ROLE_TABLE = {
  document: { port: 8005, uses: ['database', 'blobs', 'cache'], readsFrom: [] },
  signature: { port: 8002, uses: ['database', 'blobs', 'documents'], readsFrom: ['document'] },
  search: { port: 8003, uses: ['search'], readsFrom: ['document', 'indexer'] },
  ws: { port: 8004, uses: ['changes', 'documents'], readsFrom: ['document'] },
  indexer: { uses: ['changes', 'search', 'blobs'], readsFrom: ['document'] },
} as const satisfies Record<string, RoleDefinition>

export type Role = keyof typeof ROLE_TABLE
/** The ports that a role opens. */
export type PortOf<R extends Role> = (typeof ROLE_TABLE)[R]['uses'][number]
/** A role with routes, and a setting `listen.ROLE` for its port. */
export type ListeningRole = {
  [R in Role]: (typeof ROLE_TABLE)[R] extends { port: number } ? R : never
}[Role]

export const ROLES = Object.keys(ROLE_TABLE) as Role[]

/** The definition of a role without the literal types of its entry. */
export const roleDefinition = (role: Role): RoleDefinition => ROLE_TABLE[role]

export const LISTENING_ROLES = ROLES.filter(
  (role): role is ListeningRole => roleDefinition(role).port !== undefined,
)

/** An object with an entry for each role that has routes. */
export const forListeningRoles = <T>(valueOf: (role: ListeningRole) => T): Record<ListeningRole, T> =>
  Object.fromEntries(LISTENING_ROLES.map((role) => [role, valueOf(role)])) as Record<ListeningRole, T>

export const rolesThatUse = (port: Port): Role[] =>
  ROLES.filter((role) => (roleDefinition(role).uses as readonly Port[]).includes(port))
