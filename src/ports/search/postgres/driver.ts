import type { Pool } from 'pg'
import { DomainError } from '../../../domain/errors.ts'
import type { SearchDriver } from '../driver.ts'
import type { IndexedDocument } from '../port.ts'
import { comparePartial, updateInPlace } from './partial-updates.ts'
import { createReader } from './reader.ts'
import { createSuggestTerms, createWordRecorder } from './spelling.ts'
import { createPostgresStemmer } from './stemmer.ts'
import { createWriter } from './writer.ts'

/**
 * The search index in PostgreSQL: one tsvector per document with a GIN index, and a table of all words for spelling
 * suggestions. The pool is not closed.
 */
export function openPostgresDriver(pool: Pool): SearchDriver {
  const stemsOf = createPostgresStemmer(pool)
  const write = createWriter(pool, stemsOf, createWordRecorder(pool))

  return {
    ...createReader(pool),
    // The words of all documents are known, so that unknown words are corrected at once.
    fuzziness: ['unknown-words', 'all'],
    stemsOf,
    suggestTerms: createSuggestTerms(pool),

    async index(whole, withoutContent) {
      const { changed, reworded, needContent } = await comparePartial(pool, withoutContent)
      await updateInPlace(pool, sortById(changed))
      await write(sortById([...whole, ...reworded]))
      return { needContent }
    },

    async versions(ids) {
      const { rows } = await pool.query<{ id: string; version: number }>(
        'select id, version from search.documents where id = any($1::uuid[])',
        [ids],
      )
      return new Map(rows.map(({ id, version }) => [id, version]))
    },

    async list(after, limit) {
      const { rows } = await pool.query<IndexedDocument>(
        `select id, version, deleted from search.documents where ($1::uuid is null or id > $1)
          order by id limit $2`,
        [after ?? null, limit],
      )
      return rows
    },

    async check() {
      try {
        await pool.query('select from search.documents limit 1')
      } catch (error) {
        throw new DomainError('unavailable', 'the search index cannot be reached', { cause: error })
      }
    },

    async stop() {},
  }
}

/** Two writers lock rows in the same order, and cannot deadlock. */
const sortById = <T extends { id: string }>(documents: T[]): T[] =>
  documents.sort((one, other) => (one.id < other.id ? -1 : 1))
