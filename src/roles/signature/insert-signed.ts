import type { Pool } from 'pg'
import { type Actor, actingAsEach, SIGNATURE_ROLE } from '../../db/acting.ts'
import { commitTogether } from '../../db/commit-together.ts'
import { insertingObjects, type ObjectRow, objectsValues } from '../../db/object-rows.ts'
import { type Queryable, queryRows, sqlState } from '../../db/query.ts'
import type { KeptDocument } from '../../domain/document-fields.ts'
import { DomainError } from '../../domain/errors.ts'
import { signatureImageKey } from '../../domain/signature.ts'
import type { JoinedMove } from '../../ports/documents/port.ts'
import { INSERTED, type NewSignature } from './signature-columns.ts'

/** A signature that is still to be inserted. */
export interface InsertedSignature {
  row: NewSignature
  /** its image, where that is still to be stored */
  object: ObjectRow | undefined
  actor: Actor
}

/**
 * Inserts signatures, their small images, and the moves of their documents to `signed`, by one statement. False: the document
 * cannot be signed, or somebody else changes it just now, and nothing is inserted.
 */
export interface SignedInserts {
  /** In a transaction of its own, or one with others that wait for the same. @throws DomainError already-signed */
  together(one: InsertedSignature): Promise<boolean>
  /**
   * In the transaction that `work` runs.
   * @param work resolves when it is committed; calls what it is given on its transaction
   */
  within<T>(
    one: InsertedSignature,
    work: (insert: (on: Queryable) => Promise<boolean>) => Promise<T>,
  ): Promise<{ done: T; isMoved: boolean }>
}

export function insertSigned(pool: Pool, move: JoinedMove): SignedInserts {
  const statements = statementsWith(move)
  const insert = async (on: Queryable, all: readonly InsertedSignature[]): Promise<Inserted> => {
    const objects = all.flatMap(({ object }) => object ?? [])
    const values = valuesOf(all)
    const rows = await (
      objects.length > 0
        ? queryRows<InsertedRow>(on, statements.withObjects, [...values, ...objectsValues(objects)])
        : queryRows<InsertedRow>(on, statements.plain, values)
    ).catch((error: unknown) => {
      throw insertErrorOf(error, all[0]!.row)
    })
    return insertedOf(rows)
  }

  return {
    together: commitTogether(async (all) => {
      let signatures: ReadonlySet<string> = new Set()
      await move.around(documentsOf(all), async () => {
        const inserted = await insert(pool, all)
        signatures = inserted.signatures
        return inserted.documents
      })
      return all.map(({ row }) => signatures.has(row.id))
    }),

    async within(one, work) {
      let inserted: Inserted = { signatures: new Set(), documents: [] }
      let done
      await move.around(documentsOf([one]), async () => {
        done = await work(async (on) => {
          inserted = await insert(on, [one])
          return inserted.signatures.size > 0
        })
        return inserted.documents
      })
      return { done: done!, isMoved: inserted.signatures.size > 0 }
    },
  }
}

/** What the database refuses of a signature. */
export function insertErrorOf(error: unknown, { document_id }: NewSignature): unknown {
  const { constraint } = error as { constraint?: string }
  if (sqlState(error) !== '23505' || constraint !== 'signatures_one_a_signer') return error
  return new DomainError('already-signed', `this signer has already signed the document ${document_id}`)
}

interface Inserted {
  /** ids */
  signatures: ReadonlySet<string>
  /** those that have moved */
  documents: readonly KeptDocument[]
}

/** The id of a document that was signed before is null. */
type InsertedRow = { signature_id: string } & KeptDocument & Record<string, unknown>

/**
 * Documents are locked before signatures are inserted, and all rows before triggers lock the ends of histories, as in every other
 * transaction. Against three statements, each with its flush (16 clients, in turns, on a busy machine), CPU for a signature with
 * its image: node 1,900 → 850 µs, PostgreSQL 2,230 → 800 µs.
 */
function statementsWith(move: JoinedMove): { plain: string; withObjects: string } {
  const statement = (objects: string): string => `
    WITH signable AS MATERIALIZED (${move.signable(1)}),
    signature AS (
      INSERT INTO signatures.signatures (${INSERTED.join(', ')})
      SELECT ${INSERTED.map((name) => `r.${name}`).join(', ')}
        FROM ${actingAsEach(2)}, json_populate_recordset(NULL::signatures.signatures, $3) r
        JOIN signable ON signable.id = r.document_id
      RETURNING id, document_id
    ), ${objects}
    moved AS (${move.moving(1, 4, 'id IN (SELECT document_id FROM signature)')})
    SELECT signature.id AS signature_id, moved.* FROM signature LEFT JOIN moved ON moved.id = signature.document_id`
  const ofSignatures = `o.key IN (SELECT id || '${signatureImageKey('')}' FROM signature)`
  return { plain: statement(''), withObjects: statement(`${insertingObjects(5, ofSignatures)},`) }
}

const documentsOf = (all: readonly InsertedSignature[]): string[] => [
  ...new Set(all.map(({ row }) => row.document_id)),
]

function valuesOf(all: readonly InsertedSignature[]): unknown[] {
  const actors: Record<string, Actor> = {}
  const traceparents: Record<string, string | null> = {}
  for (const { row, actor } of all) {
    actors[row.id] = actor
    // As where the document role moves it.
    actors[row.document_id] = SIGNATURE_ROLE
    traceparents[row.document_id] = row.traceparent
  }
  const rows = JSON.stringify(all.map(({ row }) => row))
  return [documentsOf(all), JSON.stringify(actors), rows, JSON.stringify(traceparents)]
}

function insertedOf(rows: readonly InsertedRow[]): Inserted {
  const signatures = new Set<string>()
  const documents: KeptDocument[] = []
  for (const { signature_id, ...document } of rows) {
    signatures.add(signature_id)
    if (document.id !== null) documents.push(document as unknown as KeptDocument)
  }
  return { signatures, documents }
}
