import type { Grant } from '../client/documents-api.ts'
import { type AccessRole, subjectOfAddress } from '../domain/access.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type Column, printRows } from './listing.ts'
import type { ServiceOptions } from './options.ts'
import { withService } from './with-service.ts'

export interface ShareOptions extends ServiceOptions {
  role: AccessRole
  remove?: boolean
  json?: boolean
}

const COLUMNS: readonly Column<Grant>[] = [
  { name: 'who', of: ({ principal }) => principal, shrinks: true },
  { name: 'role', of: ({ role }) => role },
  { name: 'given by', of: ({ granted_by }) => granted_by, shrinks: true },
  { name: 'given', of: ({ granted_at }) => granted_at, isTime: true },
]

/** Shows who has a role in a document, gives someone one, or takes it away. @param who an address, `group:NAME`, `person:ID` or `key:ID` */
export async function share(
  id: string,
  who: string | undefined,
  options: ShareOptions,
  io: Io,
): Promise<number> {
  if (who === undefined && options.remove)
    throw new CommandError('--remove: name whose role it is', EXIT.usage)
  return withService(options, io, 1, async ({ api }) => {
    if (who === undefined) {
      const grants = await api.listAccess(id)
      if (options.json) io.json(grants)
      else printRows(grants, COLUMNS, io)
      return EXIT.done
    }
    const principal = who.includes(':') ? who : subjectOfAddress(who)
    if (options.remove) {
      await api.removeAccess(id, principal)
      if (options.json) io.json({ id, principal, removed: true })
      else io.note(`${io.errorColors.green('✓')} ${principal} has no role in ${id}`)
      return EXIT.done
    }
    const grant = await api.putAccess(id, principal, options.role)
    if (options.json) io.json(grant)
    else io.note(`${io.errorColors.green('✓')} ${grant.principal} is ${grant.role} of ${id}`)
    return EXIT.done
  })
}
