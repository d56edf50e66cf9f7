/**
 * The table of users: who logs in at the servers that roles share, and what for. `docmgr access` makes the rights of each
 * server of it; compose.production.yml and its secrets have a user for each entry.
 */
import type { Access } from '../ports/adapters.ts'
import type { PortOf, Role } from './roles.ts'

/** A role that opens another of these ports must have a level here. */
type OfRoles = { [R in Role]: Access & Required<Pick<Access, PortOf<R> & keyof Access>> }

/** The roles, and what else runs beside them. */
export const ACCESS = {
  document: { database: 'documents', blobs: 'documents', cache: 'documents' },
  signature: { database: 'signatures', blobs: 'signatures', cache: 'counts' },
  search: { search: 'read', cache: 'counts' },
  ws: { changes: 'read', cache: 'counts' },
  indexer: { changes: 'read-in-group', search: 'write', blobs: 'read' },
  cdc: { database: 'connect', changes: 'create' },
  connect: { database: 'replicate', changes: 'publish' },
  reindex: {
    database: 'maintain',
    changes: 'repair',
    search: 'write',
    blobs: 'maintain',
    cache: 'documents',
  },
  ui: { changes: 'inspect' },
} as const satisfies OfRoles & Record<string, Access>

/** What the names of the secrets of a port's users begin with: kafka_ws_password. */
export const SERVERS = {
  database: 'postgres',
  changes: 'kafka',
  blobs: 's3',
  search: 'elasticsearch',
  cache: 'redis',
} as const satisfies Record<keyof Access, string>

/** The file with the password of a user. */
export const passwordFileOf = (port: keyof Access, user: string): string =>
  `${SERVERS[port]}_${user}_password`

/** The users of the server of a port, with their levels. */
export function usersOf<P extends keyof Access>(port: P): Map<string, NonNullable<Access[P]>> {
  const users = Object.entries<Access>(ACCESS)
  return new Map(users.flatMap(([user, { [port]: level }]) => (level ? [[user, level] as const] : [])))
}
