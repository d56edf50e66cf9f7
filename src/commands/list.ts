import type { Document } from '../domain/document-fields.ts'
import { EXIT } from './exit-codes.ts'
import { filtersOf } from './filters.ts'
import type { Io } from './io.ts'
import { type Column, printRows } from './listing.ts'
import { type ServiceOptions, wholeNumber } from './options.ts'
import { withService } from './with-service.ts'

export interface ListOptions extends ServiceOptions {
  limit: string
  json?: boolean
}

const MAX_LIMIT = 100_000
/** of the service */
const MAX_PAGE = 200

const COLUMNS: readonly Column<Document>[] = [
  { name: 'id', of: ({ id }) => id },
  { name: 'title', of: ({ title }) => title, shrinks: true },
  { name: 'status', of: ({ status }) => status },
  { name: 'owner', of: ({ created_by }) => created_by, shrinks: true },
  { name: 'created', of: ({ created_at }) => created_at, isTime: true },
]

/** Lists documents, the newest first, over as many pages as the limit needs. */
export async function list(options: ListOptions, io: Io): Promise<number> {
  const limit = wholeNumber(options.limit, '--limit', 1, MAX_LIMIT)
  return withService(options, io, 1, async ({ api }) => {
    const documents: Document[] = []
    let hasMore = false
    // One more than is shown tells whether there are more.
    for await (const document of api.listDocuments(
      filtersOf('list', options),
      Math.min(limit + 1, MAX_PAGE),
    )) {
      hasMore = documents.length === limit
      if (hasMore) break
      documents.push(document)
    }
    if (options.json) io.json(documents)
    else if (documents.length === 0) io.note('no documents match')
    else printRows(documents, COLUMNS, io)
    if (hasMore) io.note(`Only the newest ${limit} are shown; --limit shows more.`)
    return EXIT.done
  })
}
