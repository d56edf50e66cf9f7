import type { Port } from '../ports/adapters.ts'

/** Schemes that earlier versions had, and what replaces them. */
const REMOVED: { [P in Port]?: Record<string, string> } = {
  search: {
    'postgres:':
      'the search index is no longer in PostgreSQL: sqlite: keeps it in the data folder, for a process with all roles',
  },
}

/** What to use instead of a scheme that earlier versions had. */
export const replacementOf = (port: Port, url: string): string | undefined =>
  Object.entries(REMOVED[port] ?? {}).find(([prefix]) => url.startsWith(prefix))?.[1]
