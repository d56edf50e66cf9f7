import { documentHistory, type HistoryEntry } from '../client/document-history.ts'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type Column, printRows } from './listing.ts'
import type { ServiceOptions } from './options.ts'
import { explainRefusal, requireDocument, subscriptionToken } from './subscriptions.ts'
import { withService } from './with-service.ts'

const COLUMNS: readonly Column<HistoryEntry>[] = [
  { name: 'time', of: ({ at }) => at, isTime: true },
  { name: 'event', of: ({ type }) => type },
  { name: 'details', of: ({ data }) => detailsOf(data) },
]

/** Prints what has happened to a document. */
export async function history(
  id: string,
  options: ServiceOptions & { json?: boolean },
  io: Io,
): Promise<number> {
  return withService(options, io, 2, async (context) => {
    await requireDocument(id, context)
    const { entries, isComplete } = await explainRefusal(
      documentHistory(id, {
        api: context.api,
        wsUrl: context.service.urls.ws,
        token: () => subscriptionToken(context),
        signal: io.signal,
      }),
    )
    if (options.json) io.json(entries)
    else printRows(entries, COLUMNS, io)
    if (!isComplete) io.note('Not every earlier event is kept: status changes and new titles may be missing.')
    return EXIT.done
  })
}

function detailsOf(data: Record<string, unknown>): string {
  const { old_status, new_status, title, signer_name, signer_email, changed, created_by, version } = data
  if (signer_email !== undefined) return `${String(signer_name)} <${String(signer_email)}>`
  if (new_status !== undefined) return `${String(old_status)} → ${String(new_status)}`
  if (Array.isArray(changed)) return `${changed.join(', ')}; title ${String(title)}`
  if (created_by !== undefined) return `${String(title)}, by ${String(created_by)}`
  return version === undefined ? '' : `version ${String(version)}`
}
