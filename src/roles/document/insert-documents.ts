import type { Pool } from 'pg'
import { type Actor, actingAs, actingAsEach } from '../../db/acting.ts'
import { commitTogether } from '../../db/commit-together.ts'
import { KEPT_COLUMNS } from '../../db/document-columns.ts'
import {
  insertingObject,
  insertingObjects,
  type ObjectRow,
  objectsValues,
  objectValues,
} from '../../db/object-rows.ts'
import { type Queryable, queryRows } from '../../db/query.ts'
import { type DocumentRow, INPUT_FIELDS, type KeptDocument } from '../../domain/document-fields.ts'

const INSERTED = [
  'id',
  ...INPUT_FIELDS,
  'content_size',
  'content_sha256',
  's3_key',
  'text_state',
  'text_reason',
  'text_pages',
  'text_language',
  'text_cut',
  'takes_title',
  'readers',
  'traceparent',
] as const satisfies readonly (keyof DocumentRow)[]

const INTO = `INSERT INTO documents.documents (${INSERTED.join(', ')})`
const INSERT =
  `${INTO} SELECT ${INSERTED.map((_, n) => `$${n + 1}`).join(', ')} FROM ${actingAs(INSERTED.length + 1)}` +
  ` RETURNING ${KEPT_COLUMNS}`
/** One statement, so that both rows are committed with one flush. */
const INSERT_WITH_OBJECT = `WITH ${insertingObject(INSERTED.length + 2)} ${INSERT}`
/** One text for any number of rows, so that a connection has one plan of it. */
const INSERT_EACH =
  INTO +
  ` SELECT ${INSERTED.map((name) => `r.${name}`).join(', ')}` +
  ` FROM ${actingAsEach(1)}, json_populate_recordset(NULL::documents.documents, $2) r RETURNING ${KEPT_COLUMNS}`

/** Apart from it, because a user of the database may have no right on objects where they are stored elsewhere. */
const INSERT_EACH_WITH_OBJECTS = `WITH ${insertingObjects(3)} ${INSERT_EACH}`

export type NewDocumentRow = Pick<DocumentRow, (typeof INSERTED)[number]>

/** A document that is still to be inserted. */
export interface InsertedDocument {
  row: NewDocumentRow
  /** its content, where it is still to be stored */
  object: ObjectRow | undefined
  actor: Actor
}

type Kept = KeptDocument & Record<string, unknown>

export async function insertDocument(
  on: Queryable,
  { row, object, actor }: InsertedDocument,
): Promise<KeptDocument> {
  const values = [...INSERTED.map((name) => row[name]), actor]
  const rows = object
    ? await queryRows<Kept>(on, INSERT_WITH_OBJECT, [...values, ...objectValues(object)])
    : await queryRows<Kept>(on, INSERT, values)
  return rows[0]!
}

/**
 * Inserts each document in a transaction of its own, or together with others that wait for the same: then one statement and one
 * flush of the disk are for all. A row that the database refuses fails alone.
 */
export function insertDocumentsTogether(pool: Pool): (document: InsertedDocument) => Promise<KeptDocument> {
  return commitTogether((documents) =>
    documents.length === 1
      ? insertDocument(pool, documents[0]!).then((row) => [row])
      : insertAll(pool, documents),
  )
}

async function insertAll(pool: Pool, documents: readonly InsertedDocument[]): Promise<KeptDocument[]> {
  const rows = documents.map(({ row }) => row)
  const actors = Object.fromEntries(documents.map(({ row, actor }) => [row.id, actor]))
  const objects = documents.flatMap(({ object }) => object ?? [])
  const values = [JSON.stringify(actors), JSON.stringify(rows)]
  const inserted =
    objects.length > 0
      ? await queryRows<Kept>(pool, INSERT_EACH_WITH_OBJECTS, [...values, ...objectsValues(objects)])
      : await queryRows<Kept>(pool, INSERT_EACH, values)
  const byId = new Map(inserted.map((row) => [row.id, row]))
  return rows.map(({ id }) => byId.get(id)!)
}
