import { isDeepStrictEqual } from 'node:util'
import { FACETS } from '../../../domain/document-fields.ts'
import type { StoredDocument } from '../port.ts'
import type { IndexFile } from './index-file.ts'
import type { Lookups } from './lookups.ts'

/** The fields of a document that `reader_values` counts. */
export const COUNTED_FIELDS = [...FACETS, 'readers'] as const
export type Counted = Pick<StoredDocument, (typeof COUNTED_FIELDS)[number]>

/** Stands for everybody who may read all documents; no subject is called so. */
export const EVERYBODY = '*'

/** Stands for the documents of an owner; a subject begins otherwise. @param owner in any case */
export const ownerKey = (owner: string): string => `created_by:${owner.toLowerCase()}`

/** Keeps the table `reader_values`, in a transaction of the caller. */
export function createReaderValues(database: IndexFile) {
  const add = database.prepare(`
    insert into reader_values values (?, ?, ?, ?)
    on conflict do update set documents = documents + excluded.documents`)
  const clean = database.prepare(
    'delete from reader_values where reader = ? and facet = ? and value = ? and documents = 0',
  )
  function tally(document: Counted, count: 1 | -1): void {
    for (const reader of new Set([EVERYBODY, ownerKey(document.created_by), ...document.readers]))
      for (const facet of FACETS) {
        const value = document[facet]
        if (value === null) continue
        add.run(reader, facet, value, count)
        if (count < 0) clean.run(reader, facet, value)
      }
  }
  return {
    /** @param before what the index has, and @param after what it gets; undefined: none, or a tombstone */
    change(before: Counted | undefined, after: Counted | undefined): void {
      const isSame =
        before !== undefined &&
        after !== undefined &&
        COUNTED_FIELDS.every((name) => isDeepStrictEqual(before[name], after[name]))
      if (isSame) return
      if (before !== undefined) tally(before, -1)
      if (after !== undefined) tally(after, 1)
    },
  }
}

/** Each of the readers that has documents, the one with the most first. Every document has a status. */
export function documentsOfReaders(
  { prepare }: Pick<Lookups, 'prepare'>,
  readers: readonly string[],
): { reader: string; documents: number }[] {
  return prepare(
    `select reader, sum(documents) as documents from reader_values
     where facet = 'status' and reader in (select value from json_each(?)) group by 1 order by 2 desc, 1`,
  ).all(JSON.stringify(readers)) as { reader: string; documents: number }[]
}

/** At least the number of documents that one of them may read; more where several of them may read the same. */
export const mostDocumentsOf = (lookups: Pick<Lookups, 'prepare'>, readers: readonly string[]): number =>
  documentsOfReaders(lookups, readers).reduce((sum, { documents }) => sum + documents, 0)
