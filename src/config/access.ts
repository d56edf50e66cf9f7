/**
 * The table of users: who logs in at the servers that roles share, and what for. `docmgr access` makes the rights of each
 * server of it; compose.production.yml and its secrets have a user for each entry.
 */
import type { Access } from '../ports/adapters.ts'
import type { PortOf, Role } from './roles.ts'

/** A role that opens another of these ports must have a level here. */
type OfRoles = { [R in Role]: Required<Pick<Access, PortOf<R> & keyof Access>> }

/** The roles, and what else runs beside them. */
export const ACCESS = {
  document: {},
  signature: {},
  search: {},
  ws: { changes: 'read' },
  indexer: { changes: 'read-in-group' },
  cdc: { changes: 'create' },
  connect: { changes: 'publish' },
  reindex: { changes: 'dead-letters' },
  ui: { changes: 'inspect' },
} as const satisfies OfRoles & Record<string, Access>

/** The users of the server of a port, with their levels. */
export function usersOf<P extends keyof Access>(port: P): Map<string, NonNullable<Access[P]>> {
  const users = Object.entries<Access>(ACCESS)
  return new Map(users.flatMap(([user, { [port]: level }]) => (level ? [[user, level] as const] : [])))
}
