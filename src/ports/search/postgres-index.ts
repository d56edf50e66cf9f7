import type { Pool } from 'pg'
import type { SearchDocument, SearchIndex } from './port.ts'
import type { Writer } from './postgres-write.ts'
import { type WholeDocument, isWhole, newestOf } from './whole-document.ts'

/** The port's `index`: what to write whole, what to change in place, and what lacks its text. */
export function createIndex(pool: Pool, writer: Writer): SearchIndex['index'] {
  return async (documents) => {
    // In order, so that two writers never wait for each other in a circle.
    const newest = newestOf(documents).sort((one, other) => (one.id < other.id ? -1 : 1))
    const whole = newest.filter(isWhole)
    const without = newest.filter((document) => !isWhole(document))
    const { changed, renamed, needContent } = await sortOut(pool, without)
    await updateInPlace(pool, changed)
    await writer.write([...whole, ...renamed].sort((one, other) => (one.id < other.id ? -1 : 1)))
    return { needContent }
  }
}

interface Held {
  id: string
  version: number
  /** there is a text, and it was made of the same content */
  usable: boolean | null
  /** what can be found of the document has changed */
  renamed: boolean
  /** only where it was renamed */
  content: string | null
}

interface Sorted {
  changed: SearchDocument[]
  renamed: WholeDocument[]
  needContent: string[]
}

async function sortOut(pool: Pool, documents: SearchDocument[]): Promise<Sorted> {
  const sorted: Sorted = { changed: [], renamed: [], needContent: [] }
  if (documents.length === 0) return sorted
  const held = await heldOf(pool, documents)
  for (const document of documents) {
    const found = held.get(document.id)
    if (found !== undefined && found.version >= document.version) continue
    if (found === undefined || found.usable !== true) sorted.needContent.push(document.id)
    else if (found.renamed) sorted.renamed.push({ ...document, content: found.content! })
    else sorted.changed.push(document)
  }
  return sorted
}

async function heldOf(pool: Pool, documents: SearchDocument[]): Promise<Map<string, Held>> {
  const { rows } = await pool.query<Held>(
    `select id, version, not deleted and content_sha256 = sha256 as usable, renamed,
       case when renamed then content end as content
     from search.documents
     join unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
       as given(id, sha256, new_title, new_created_by) using (id)
     cross join lateral (select (title, created_by) <> (new_title, new_created_by) as renamed) as comparison`,
    [
      documents.map(({ id }) => id),
      documents.map(({ content_sha256 }) => content_sha256),
      documents.map(({ title }) => title),
      documents.map(({ created_by }) => created_by),
    ],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** Only columns that are in no index: neither the text nor the vector is written again. */
async function updateInPlace(pool: Pool, documents: SearchDocument[]): Promise<void> {
  if (documents.length === 0) return
  await pool.query(
    `update search.documents as held
     set status = given.status, content_type = given.content_type,
       updated_at = given.updated_at, version = given.version
     from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::int[])
       as given(id, status, content_type, updated_at, version)
     where held.id = given.id and held.version < given.version`,
    [
      documents.map(({ id }) => id),
      documents.map(({ status }) => status),
      documents.map(({ content_type }) => content_type),
      documents.map(({ updated_at }) => updated_at),
      documents.map(({ version }) => version),
    ],
  )
}
