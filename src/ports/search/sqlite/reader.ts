import type { IndexFile } from './index-file.ts'
import { HIT_FIELDS, SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import type { EngineHit } from '../engine.ts'
import { MAX_SUGGESTION_ROWS, MAX_VALUES, MAX_WINDOW } from '../limits.ts'
import type { IndexedDocument, StoredDocument, ValueCount } from '../port.ts'
import { createBestPassage } from './best-passage.ts'
import { decodeId, encodeId, fieldsOf, type SqlValue } from './columns.ts'
import { compilePlan } from './compile-plan.ts'
import { whereOf } from './conditions.ts'
import { createFindMatches } from './find-matches.ts'
import { createLookups, type Lookups } from './lookups.ts'
import { allOf, formExpression, TEXT_COLUMNS } from './match-expression.ts'
import type { Handlers, ReaderMethods } from './protocol.ts'
import { createRanking, type Ranked } from './rank-matches.ts'
import { createSimilarWords, nextOf } from './similar-words.ts'

type Row = Record<string, SqlValue>
type Reads<Name extends keyof ReaderMethods> = Pick<Handlers<ReaderMethods>, Name>

/** Of the matches of a query the values of so many of the newest are counted. */
const MAX_COUNTED = 100_000
/** Words with one beginning that are compared. */
const MAX_WORDS = 50_000

/** Reads an index file, each call in a snapshot of its own. */
export function createReader(database: IndexFile): Handlers<ReaderMethods> {
  const lookups = createLookups(database)
  const handlers = {
    ...createStoredReader(lookups),
    ...createSearch(lookups),
    ...createValueCounter(lookups),
    ...createWordReader(lookups),
  }
  return inSnapshots(database, handlers)
}

/** Several statements of a call see the same state. */
function inSnapshots<Methods extends object>(database: IndexFile, handlers: Methods): Methods {
  return Object.fromEntries(
    Object.entries(handlers as Record<string, (...args: unknown[]) => unknown>).map(([name, handle]) => [
      name,
      (...args: unknown[]) => {
        database.exec('begin')
        try {
          return handle(...args)
        } finally {
          database.exec('commit')
        }
      },
    ]),
  ) as Methods
}

function createStoredReader({ prepare }: Lookups): Reads<'versions' | 'stored' | 'list' | 'check'> {
  const columns = `${SEARCH_FIELDS.join(', ')}, deleted`
  const rowsOf = (names: string, ids: readonly string[]): Row[] => {
    const statement = prepare(`select ${names} from documents where id = ?`)
    return ids.map((id) => statement.get(encodeId(id)) as Row | undefined).filter((row) => row !== undefined)
  }
  return {
    versions: (ids) =>
      new Map(rowsOf('id, version', ids).map((row) => [decodeId(row['id']!), Number(row['version'])])),

    stored: (ids) =>
      new Map(
        rowsOf(columns, ids).map((row) => {
          const document: StoredDocument = { ...fieldsOf(row, SEARCH_FIELDS), deleted: row['deleted'] === 1 }
          return [document.id, document]
        }),
      ),

    list(after, limit, only) {
      const rows = prepare(
        `select id, version, deleted from documents where id > ? ${only === undefined ? '' : 'and deleted'}
         order by id limit ?`,
      ).all(after === undefined ? Buffer.alloc(0) : encodeId(after), limit) as Row[]
      return rows.map((row): IndexedDocument => ({
        id: decodeId(row['id']!),
        version: Number(row['version']),
        deleted: row['deleted'] === 1,
      }))
    },

    check() {
      prepare('select count(*) from documents where rowid = 0').get()
    },
  }
}

function createSearch(lookups: Lookups): Reads<'search' | 'exists' | 'titles'> {
  const { prepare } = lookups
  const findMatches = createFindMatches(lookups)
  const rank = createRanking(
    lookups,
    () =>
      (prepare('select count(*) as count from documents where not deleted').get() as { count: number }).count,
  )
  const bestPassage = createBestPassage(lookups)
  const columns = HIT_FIELDS.join(', ')

  function hitsOf(page: Ranked, passageOf: (rowid: number) => EngineHit['passage']): EngineHit[] {
    const statement = prepare(`select ${columns} from documents where rowid = ?`)
    return page.map(({ rowid, score }) => ({
      ...fieldsOf(statement.get(rowid) as Row, HIT_FIELDS),
      score,
      passage: passageOf(rowid),
    }))
  }

  return {
    search(plan, conditions, from, size) {
      const compiled = compilePlan(plan, conditions)
      const limit = MAX_WINDOW + 1
      const matches = findMatches(compiled, limit)
      const ranked = from >= matches.length ? [] : rank(compiled, matches, limit)
      return { matches: matches.length, hits: hitsOf(ranked.slice(from, from + size), bestPassage(compiled)) }
    },

    exists: (plan, conditions) => findMatches(compilePlan(plan, conditions), 1).length > 0,

    titles(words, conditions) {
      const parts = words.map((word, index) =>
        formExpression(
          index === words.length - 1
            ? { kind: 'prefix', prefix: word, field: 'title' }
            : { kind: 'word', word, related: [], similar: [], isOptional: false, field: 'title' },
          'exact',
        )!,
      )
      const { sql, values } = whereOf(conditions)
      const rows = prepare(
        `select d.title from words as w cross join documents as d on d.rowid = w.rowid
         where w.words match ? and ${sql} order by w.rowid desc limit ${MAX_SUGGESTION_ROWS}`,
      ).all(allOf(parts), ...values) as { title: string }[]
      return rows.map(({ title }) => title)
    },
  }
}

function createValueCounter(lookups: Lookups): Reads<'countValues'> {
  const findMatches = createFindMatches(lookups)
  return {
    countValues(facet, plan, conditions) {
      const count = (from: string, where: string, values: SqlValue[]): ValueCount[] =>
        lookups
          .prepare(
            `select d.${facet} as key, count(*) as count from ${from} where d.${facet} is not null and ${where}
             group by 1 order by 2 desc, 1 limit ${MAX_VALUES}`,
          )
          .all(...values)
          .map((row: unknown) => ({ ...(row as ValueCount) }))
      if (plan === undefined) {
        const { sql, values } = whereOf(conditions)
        return count('documents as d', sql, values)
      }
      const rowids = findMatches(compilePlan(plan, conditions), MAX_COUNTED)
      const from = 'json_each(?) as given cross join documents as d on d.rowid = given.value'
      return count(from, 'not d.deleted', [JSON.stringify(rowids)])
    },
  }
}

function createWordReader(lookups: Lookups): Reads<'languages' | 'similarWords' | 'wordsWithPrefix'> {
  const similarWords = createSimilarWords(lookups)
  /** Words stay known when the last document with them is gone. */
  const isInIndex = (word: string, columns: string): boolean =>
    lookups.wordsPage(`{${columns}} : "${word}"`, [], 1).length > 0
  return {
    languages: () =>
      (lookups.prepare('select language from languages').all() as { language: string }[]).map(
        ({ language }) => language,
      ),

    similarWords: (words) =>
      new Map(
        words.map((word) => [word, similarWords(word).filter((similar) => isInIndex(similar, TEXT_COLUMNS))]),
      ),

    wordsWithPrefix(prefix, limit) {
      const rows = lookups
        .prepare(
          `select word from (
             select word, documents from known_words where word >= ? and word < ? limit ${MAX_WORDS}
           ) order by documents desc, word limit ?`,
        )
        .all(prefix, nextOf(prefix), 2 * limit) as { word: string }[]
      return rows
        .map(({ word }) => word)
        .filter((word) => isInIndex(word, 'text'))
        .slice(0, limit)
    },
  }
}
