import { isDeepStrictEqual } from 'node:util'
import { queryRows } from '../../db/query.ts'
import type { ChangeEvent } from '../../domain/change.ts'
import { fieldDefinition } from '../../domain/document-fields.ts'
import type { StoredDocument } from '../../ports/search/port.ts'
import { currentDocumentsOf } from '../../roles/indexer/current-documents.ts'
import { wasDeletedBefore } from '../../roles/indexer/compare-with-index.ts'
import { newestStates, projectDocument } from '../../roles/indexer/project-document.ts'
import { type Check, type Finding, idsOf, PAGE_SIZE, pagesOfIds } from './check.ts'
import { type IndexCheckOptions, repairIndex } from './repair-index.ts'

/** Compare the index with the rows in both directions. */
export function indexChecks(options: IndexCheckOptions): Check[] {
  const { index, pool, retry, deletedBefore } = options
  const shared = {
    name: 'index',
    async examine(ids: readonly string[]): Promise<Finding[]> {
      const [events, stored] = await Promise.all([currentDocumentsOf(pool, ids), index.stored([...ids])])
      const rows = new Map(events.map((event) => [event.key, event]))
      return ids.flatMap((id) => findingOf(id, rows.get(id), stored.get(id), deletedBefore) ?? [])
    },
    repair: (findings: readonly Finding[]) => repairIndex(findings, options),
  }
  return [
    { ...shared, pages: () => pagesOfIds(options, idsOf('documents.documents', 's3_key is not null')) },
    // Documents of the index without a row; all others were examined above.
    {
      ...shared,
      async *pages() {
        for (let after: string | undefined; ;) {
          const from = after
          const page = await retry.retry(() => index.list(from, PAGE_SIZE))
          if (page.length === 0) return
          after = page.at(-1)!.id
          const ids = page.flatMap(({ id, deleted }) => (deleted ? [] : [id]))
          const text = 'select id from documents.documents where id = any($1::uuid[])'
          const rows = await retry.retry(() => queryRows<{ id: string }>(pool, text, [ids]))
          const known = new Set(rows.map(({ id }) => id))
          yield { subjects: ids.filter((id) => !known.has(id)), items: 0 }
        }
      },
    },
  ]
}

function findingOf(
  subject: string,
  event: ChangeEvent | undefined,
  stored: StoredDocument | undefined,
  deletedBefore: Date,
): Finding | undefined {
  const [state] = event ? newestStates([event]).values() : []
  const found = (kind: Finding['kind'], detail: string): Finding => {
    return { kind, subject, detail, state: stored?.version }
  }
  if (event === undefined) {
    if (stored === undefined || stored.deleted) return undefined
    return found('index-without-row', `the index has version ${stored.version} of a document without a row`)
  }
  // A row whose content was never stored is not indexed.
  if (state === undefined) return undefined
  if (stored === undefined) {
    if (wasDeletedBefore(event, deletedBefore)) return undefined
    return found('index-missing', 'the index does not have the document')
  }
  if (stored.version !== state.version) {
    const kind = stored.version < state.version ? 'index-older' : 'index-newer'
    return found(kind, `the index has version ${stored.version}, the row ${state.version}`)
  }
  const names = differences(projectDocument(state, null), stored)
  if (names.length === 0) return undefined
  return found('index-altered', `the index has another value of ${names.join(', ')}`)
}

/**
 * Fields in which the index differs from the row. Of a deleted document it only has to know that it is deleted; of a text that is
 * read again it keeps what it knows.
 */
function differences(expected: StoredDocument, stored: StoredDocument): string[] {
  if (expected.deleted || stored.deleted) return expected.deleted === stored.deleted ? [] : ['deleted']
  const names = Object.keys(stored) as (keyof StoredDocument)[]
  const isKept = (name: keyof StoredDocument): boolean =>
    name !== 'deleted' && expected.text_state === 'pending' && fieldDefinition(name).visibility === 'text'
  return names.filter((name) => !isDeepStrictEqual(expected[name], stored[name]) && !isKept(name))
}
