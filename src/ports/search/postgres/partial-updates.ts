import type { Pool } from 'pg'
import { SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import type { DriverDocument, WholeDocument } from '../driver.ts'
import { type SearchField, WORDS_FIELDS } from '../fields.ts'
import { unnested } from './columns.ts'

export interface PartialUpdates {
  /** only fields without words have changed */
  changed: DriverDocument[]
  /** completed with their text, because words have changed */
  reworded: WholeDocument[]
  /** ids of documents for which the index has no text of their content */
  needContent: string[]
}

interface StoredDocument {
  id: string
  version: number
  /** there is a text, and it was made of the same content */
  isUsable: boolean | null
  isReworded: boolean
  /** only where it is reworded */
  content: string | null
}

const GIVEN = unnested(['id', 'content_sha256', ...WORDS_FIELDS])
const NEW_WORDS = WORDS_FIELDS.map((name) => `new_${name}`)
const READ_STORED = `
  select id, version, not deleted and content_sha256 = new_sha256 as "isUsable", reworded as "isReworded",
    case when reworded then content end as content
  from search.documents
  join ${GIVEN.sql} as given(id, new_sha256, ${NEW_WORDS.join(', ')}) using (id)
  cross join lateral (
    select row(${WORDS_FIELDS.join(', ')}) is distinct from row(${NEW_WORDS.join(', ')}) as reworded
  ) as comparison`

/** Compares documents that come without their text with the index. Documents with a newer version there are left out. */
export async function comparePartial(pool: Pool, documents: DriverDocument[]): Promise<PartialUpdates> {
  const updates: PartialUpdates = { changed: [], reworded: [], needContent: [] }
  if (documents.length === 0) return updates
  const { rows } = await pool.query<StoredDocument>(READ_STORED, GIVEN.values(documents))
  const stored = new Map(rows.map((row) => [row.id, row]))
  for (const document of documents) {
    const found = stored.get(document.id)
    if (found !== undefined && found.version >= document.version) continue
    if (found === undefined || found.isUsable !== true) updates.needContent.push(document.id)
    else if (found.isReworded) updates.reworded.push({ ...document, content: found.content! })
    else updates.changed.push(document)
  }
  return updates
}

/** Columns without words: neither the text nor the vector is written again. */
const PLAIN = SEARCH_FIELDS.filter(
  (name) => name !== 'id' && !(WORDS_FIELDS as readonly SearchField[]).includes(name),
)
const PLAIN_ARRAYS = unnested(['id', ...PLAIN])
const UPDATE = `
  update search.documents as stored
  set (${PLAIN.join(', ')}) = row(${PLAIN.map((name) => `given.${name}`).join(', ')})
  from ${PLAIN_ARRAYS.sql} as given(id, ${PLAIN.join(', ')})
  where stored.id = given.id and stored.version < given.version`

export async function updateInPlace(pool: Pool, documents: DriverDocument[]): Promise<void> {
  if (documents.length > 0) await pool.query(UPDATE, PLAIN_ARRAYS.values(documents))
}
