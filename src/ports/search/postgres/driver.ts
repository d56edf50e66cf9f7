import type { Pool } from 'pg'
import { isoFromPostgres } from '../../../db/timestamp.ts'
import { SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import { DomainError } from '../../../domain/errors.ts'
import type { SearchDriver } from '../driver.ts'
import { TIME_FIELDS } from '../fields.ts'
import type { IndexedDocument, SearchIndex, StoredDocument } from '../port.ts'
import { createSearchIndex } from '../search.ts'
import { selected } from './columns.ts'
import { comparePartial, updateInPlace } from './partial-updates.ts'
import { createReader } from './reader.ts'
import { createSuggestTerms, createWordRecorder } from './spelling.ts'
import { createPostgresStemmer } from './stemmer.ts'
import { createWriter } from './writer.ts'

const STORED_COLUMNS = [
  ...SEARCH_FIELDS.map((name) => `${selected(name, 'stored')} as ${name}`),
  'deleted',
].join(', ')

/**
 * The search index in PostgreSQL: one tsvector per document with a GIN index, and a table of all words for spelling
 * suggestions. The pool is not closed.
 */
export const openPostgresSearch = (pool: Pool): SearchIndex => createSearchIndex(createPostgresDriver(pool))

function createPostgresDriver(pool: Pool): SearchDriver {
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

    async stored(ids) {
      const { rows } = await pool.query<StoredDocument>(
        `select ${STORED_COLUMNS} from search.documents as stored where id = any($1::uuid[])`,
        [ids],
      )
      for (const row of rows) for (const name of TIME_FIELDS) row[name] = isoFromPostgres(row[name])
      return new Map(rows.map((row) => [row.id, row]))
    },

    async forget(documents) {
      await pool.query(
        `delete from search.documents using unnest($1::uuid[], $2::int[]) as given(id, version)
          where search.documents.id = given.id and search.documents.version = given.version`,
        [documents.map(({ id }) => id), documents.map(({ version }) => version)],
      )
    },

    async list(after, limit, only) {
      const { rows } = await pool.query<IndexedDocument>(
        `select id, version, deleted from search.documents
          where ($1::uuid is null or id > $1) and (deleted or not $3) order by id limit $2`,
        [after ?? null, limit, only === 'tombstones'],
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
