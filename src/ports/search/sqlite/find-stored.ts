import { WORDS_FIELDS } from '../fields.ts'
import type { SearchDocument } from '../port.ts'
import type { FieldTexts } from './analyze-texts.ts'
import { encodeId, fieldsOf, type SqlValue } from './columns.ts'
import type { IndexFile } from './index-file.ts'
import { COUNTED_FIELDS, type Counted } from './reader-values.ts'
import type { PassageRange } from './write-document.ts'

/** What the index has of a document. */
export interface Stored extends PassageRange, FieldTexts {
  rowid: number
  version: number
  deleted: number
  content_sha256: SqlValue
  text_state: SearchDocument['text_state']
  /** of a tombstone undefined */
  counted: Counted | undefined
}

/** Finds what a change of a document is compared with. */
export function createStoredFinder(database: IndexFile): (id: string) => Stored | undefined {
  const find = database.prepare(
    `select rowid, version, deleted, content_sha256, text_state, ${[...WORDS_FIELDS, ...COUNTED_FIELDS].join(', ')},
       first_passage as first, passages as count
     from documents where id = ?`,
  )
  return (id) => {
    const row = find.get(encodeId(id)) as (Stored & Record<string, SqlValue>) | undefined
    return row && { ...row, counted: row.deleted === 0 ? fieldsOf(row, COUNTED_FIELDS) : undefined }
  }
}
