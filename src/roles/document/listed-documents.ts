import { LRUCache } from 'lru-cache'
import type { Pool } from 'pg'
import { DOCUMENT_COLUMNS } from '../../db/document-columns.ts'
import { queryRows } from '../../db/query.ts'
import type { Document } from '../../domain/document-fields.ts'

/** About 4 MB, at most 16. */
const MAX_KEPT = 8_192

/** A row of documents.documents as a page begins: which document, and in which state. */
export interface ListedRow extends Record<string, unknown> {
  id: string
  /** The transaction that wrote the row (xmin): it differs for each state of a document, also of its text. */
  state: string
}

export const LISTED_COLUMNS = 'id, documents.xmin::text AS state'

/**
 * The JSON of documents that were listed. Most requests for a list get the same documents again: to read them, parse them
 * and serialise them is most of the cost of a list, so PostgreSQL is asked which documents are on the page and in which
 * state, and only for those that are not here in this state.
 */
export class ListedDocuments {
  readonly #pool: Pool
  readonly #kept = new LRUCache<string, { state: string; json: string }>({ max: MAX_KEPT })

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** @returns their JSON, in their order; undefined when one has changed meanwhile */
  async read(rows: readonly ListedRow[]): Promise<string[] | undefined> {
    const missing = rows.filter(({ id, state }) => this.#kept.get(id)?.state !== state)
    const read = missing.length === 0 ? undefined : await this.#readRows(missing.map(({ id }) => id))
    const texts: string[] = []
    for (const { id, state } of rows) {
      const text = read?.get(id) ?? this.#kept.get(id)
      if (text?.state !== state) return undefined
      texts.push(text.json)
    }
    return texts
  }

  async #readRows(ids: string[]): Promise<Map<string, { state: string; json: string }>> {
    const text = `SELECT ${LISTED_COLUMNS}, ${DOCUMENT_COLUMNS} FROM documents.documents WHERE id = ANY ($1)`
    const rows = await queryRows<ListedRow & Document>(this.#pool, text, [ids])
    return new Map(
      rows.map(({ state, ...document }) => {
        const entry = { state, json: JSON.stringify(document) }
        this.#kept.set(document.id, entry)
        return [document.id, entry]
      }),
    )
  }
}
