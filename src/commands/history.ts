import type { HistoryEntry } from '../client/documents-api.ts'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type Column, printRows } from './listing.ts'
import type { ServiceOptions } from './options.ts'
import { withService } from './with-service.ts'

const COLUMNS: readonly Column<HistoryEntry>[] = [
  { name: 'time', of: ({ at }) => at, isTime: true },
  { name: 'action', of: ({ action }) => action },
  { name: 'who', of: whoOf, shrinks: true },
  { name: 'from', of: ({ values }) => values.client_address ?? '-' },
  { name: 'details', of: detailsOf },
]

/** Prints who did what with a document, or was refused, in the order in which it happened. */
export async function history(
  id: string,
  options: ServiceOptions & { json?: boolean },
  io: Io,
): Promise<number> {
  return withService(options, io, 1, async ({ api }) => {
    const entries: HistoryEntry[] = []
    for await (const entry of api.historyOf(id)) {
      io.signal.throwIfAborted()
      entries.unshift(entry)
    }
    if (options.json) io.json(entries)
    else printRows(entries, COLUMNS, io)
    return EXIT.done
  })
}

function whoOf({ by, values: { actor }, erased, withheld }: HistoryEntry): string {
  if (actor !== undefined) return by === 'person' ? nameOf(actor) : `${nameOf(actor)} (${by})`
  if (erased.includes('actor')) return `${by}, erased`
  return withheld.includes('actor') ? `${by}, for owners only` : by
}

const nameOf = (subject: string): string => subject.replace(/^email:/, '')

function detailsOf({ details, values, version }: HistoryEntry): string {
  const { old_status, status, role, old_role, tried } = details
  const { title, old_title, principal, signer_name, signer_email, created_by } = values
  if (tried !== undefined) return `tried to ${tried === 'evidence' ? 'see the image' : String(tried)}`
  if (signer_email !== undefined) return `${signer_name ?? '-'} <${signer_email}>`
  const parts = [
    old_status !== undefined && `${String(old_status)} → ${String(status)}`,
    old_title !== undefined ? `title ${old_title} → ${title}` : title,
    created_by !== undefined && `by ${created_by}`,
    principal !== undefined && nameOf(principal),
    (role ?? old_role) !== undefined && `as ${String(role ?? old_role)}`,
  ].filter((part) => typeof part === 'string')
  return parts.length === 0 && version !== null ? `version ${version}` : parts.join(', ')
}
