import type { IndexFile } from './index-file.ts'
import { HIT_FIELDS, SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import { MAX_TOTAL } from '../../../domain/total.ts'
import type { SearchWindow } from '../engine.ts'
import { type Condition, exceptReaders, readersIn } from '../fields.ts'
import { MAX_SUGGESTION_ROWS } from '../limits.ts'
import type { IndexedDocument, SearchHit, StoredDocument } from '../port.ts'
import { createMatchFinder, type MatchFinder } from '../query/find-matches.ts'
import { highlight } from '../query/highlight.ts'
import type { QueryPlan } from '../query/query-plan.ts'
import { createBeginnings } from './beginnings.ts'
import { createBestPassage, type Located } from './best-passage.ts'
import { decodeId, encodeId, fieldsOf, type SqlValue } from './columns.ts'
import { type CompiledPlan, compilePlan } from './compile-plan.ts'
import { whereOf } from './conditions.ts'
import { createValueCounter } from './count-values.ts'
import { createFindMatches, type Matches, MAX_NEWEST } from './find-matches.ts'
import { createLookups, type Lookups } from './lookups.ts'
import { allOf, formExpression, readersExpression, TEXT_COLUMNS } from './match-expression.ts'
import type { Handlers, ReaderMethods } from './protocol.ts'
import { createRanking, type Ranked } from './rank-matches.ts'
import { EVERYBODY, mostDocumentsOf } from './reader-values.ts'
import { createWeights } from './weigh-clauses.ts'
import { createSimilarWords, firstWhere, nextOf } from './similar-words.ts'

type Row = Record<string, SqlValue>
type Reads<Name extends keyof ReaderMethods> = Pick<Handlers<ReaderMethods>, Name>

/** Words with one beginning that are compared. */
const MAX_WORDS = 50_000
/** Of these so many are looked for in the documents of readers, and counted in so many documents. */
const MAX_TRIED = 200
const MAX_WEIGHED = 1_000
/** All documents are counted so far, to tell how rare a word is: none is counted further (weigh-clauses.ts). */
const MAX_DOCUMENTS = 2 * MAX_TOTAL
/** So many matches are found in any case: with fewer, misspellings are tolerated (searches.ts). */
const MIN_COUNTED = 102

/** Reads an index file, each call in a snapshot of its own. */
export function createReader(database: IndexFile): Handlers<ReaderMethods> {
  const lookups = createLookups(database)
  const { search, ...handlers } = inSnapshots(database, {
    ...createStoredReader(lookups),
    ...createSearch(lookups),
    ...createValueCounter(lookups),
    ...createWordReader(lookups),
  })
  return {
    ...handlers,
    // A snapshot does not wait for the stemmers to be loaded.
    search: async (plan, conditions, window) =>
      search(plan, conditions, window, await createMatchFinder(plan, window.languages)),
  }
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

function createStoredReader({
  prepare,
}: Lookups): Reads<'versions' | 'stored' | 'list' | 'totalsAfter' | 'check'> {
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

    totalsAfter(rowid, limit) {
      const row = prepare(
        `select count(*) as read, sum(not deleted) as documents, sum(case when deleted then 0 else version end) as versions,
                max(rowid) as last
           from (select rowid, deleted, version from documents where rowid > ? order by rowid limit ?)`,
      ).get(rowid, limit) as Record<'read' | 'documents' | 'versions' | 'last', number | null>
      const last = row.read === limit ? Number(row.last) : undefined
      return { documents: Number(row.documents), versions: Number(row.versions), last }
    },

    check() {
      prepare('select count(*) from documents where rowid = 0').get()
    },
  }
}

const documentsFor = (lookups: Lookups, readers: readonly string[] | undefined): number =>
  readers === undefined
    ? Math.min(mostDocumentsOf(lookups, [EVERYBODY]), MAX_DOCUMENTS)
    : mostDocumentsOf(lookups, readers)

interface SnapshotSearch {
  search(
    plan: QueryPlan,
    conditions: readonly Condition[],
    window: SearchWindow,
    finder: MatchFinder,
  ): Awaited<ReturnType<ReaderMethods['search']>>
}

/** Where words and values decide, the matches behind those that are listed are counted. */
function countOf(lookups: Lookups, plan: CompiledPlan, { rowids, isComplete }: Matches) {
  const { words, conditions } = plan
  if (isComplete || plan.phrases.length > 0 || plan.others.length > 0)
    return { matches: rowids.length, isComplete }
  const left = MAX_TOTAL + 1 - rowids.length
  if (left <= 0) return { matches: rowids.length, isComplete }
  const others = { before: rowids.at(-1), limit: left }
  const counted =
    words === undefined
      ? lookups.countDocuments(conditions, others)
      : lookups.countWords(words, conditions, others)
  return { matches: rowids.length + counted, isComplete: counted < left }
}

function createSearch(lookups: Lookups): SnapshotSearch & Reads<'exists' | 'titles'> {
  const { prepare } = lookups
  const matches = createFindMatches(lookups)
  const weigh = createWeights(lookups, (readers) => documentsFor(lookups, readers))
  const rank = createRanking(lookups, matches, weigh)
  const bestPassage = createBestPassage(lookups)
  const beginnings = createBeginnings(lookups)
  const columns = HIT_FIELDS.map((name) => `d.${name}`).join(', ')

  function hitsOf(plan: CompiledPlan, page: Ranked, finder: MatchFinder): SearchHit[] {
    const rows = prepare(
      `select d.rowid, d.first_passage as first, d.passages as count, ${columns}
       from json_each(?) as given cross join documents as d on d.rowid = given.value`,
    ).all(JSON.stringify(page.map(({ rowid }) => rowid))) as (Row & Located)[]
    const passagesOf = bestPassage(plan, rows)
    return rows.map((row, place) =>
      highlight({ ...fieldsOf(row, HIT_FIELDS), score: page[place]!.score }, passagesOf(row.rowid), finder),
    )
  }

  return {
    search(plan, conditions, { from, size }, finder) {
      const compiled = compilePlan(beginnings.inPlan(plan), conditions)
      const enough = Math.max(from + size + 2, MIN_COUNTED)
      const found = matches.find(compiled, { enough, most: Math.max(enough, MAX_NEWEST) })
      const ranked = size === 0 || from >= found.rowids.length ? [] : rank(compiled, found)
      return {
        ...countOf(lookups, compiled, found),
        hits: hitsOf(compiled, ranked.slice(from, from + size), finder),
      }
    },

    exists: (plan, conditions) =>
      matches.find(compilePlan(beginnings.inPlan(plan), conditions), { enough: 1, most: 1 }).rowids.length >
      0,

    titles(words, conditions) {
      const parts = words.map((word, index) =>
        formExpression(
          index === words.length - 1
            ? { kind: 'prefix', prefix: word, field: 'title', words: beginnings.wordsWith(word) }
            : { kind: 'word', word, related: [], similar: [], isOptional: false, field: 'title' },
          'exact',
        )!,
      )
      const readers = readersIn(conditions)
      if (readers !== undefined) parts.push(readersExpression(readers))
      const { sql, values } = whereOf(exceptReaders(conditions))
      const rows = prepare(
        `select d.title from words as w cross join documents as d on d.rowid = w.rowid
         where w.words match ? and ${sql} order by w.rowid desc limit ${MAX_SUGGESTION_ROWS}`,
      ).all(allOf(parts), ...values) as { title: string }[]
      return rows.map(({ title }) => title)
    },
  }
}

function createWordReader(lookups: Lookups): Reads<'languages' | 'similarWords' | 'wordsWithPrefix'> {
  const similarWords = createSimilarWords(lookups)
  /** Documents with the word, of these readers; words stay known when the last document with them is gone. */
  const documentsWith = (word: string, columns: string, readers: readonly string[] | undefined, limit = 1) =>
    lookups.wordsPage(
      allOf([`({${columns}} : "${word}")`, ...(readers === undefined ? [] : [readersExpression(readers)])]),
      [],
      { limit },
    ).length
  return {
    languages: () =>
      (lookups.prepare('select language from languages').all() as { language: string }[]).map(
        ({ language }) => language,
      ),

    similarWords(words, conditions) {
      const readers = readersIn(conditions)
      const isFound = (word: string): boolean => documentsWith(word, TEXT_COLUMNS, readers) > 0
      return new Map(words.map((word) => [word, similarWords(word, isFound)]))
    },

    wordsWithPrefix(prefix, limit, conditions) {
      const readers = readersIn(conditions)
      const rows = lookups
        .prepare(
          `select word from (
             select word, documents from known_words where word >= ? and word < ? limit ${MAX_WORDS}
           ) order by documents desc, word limit ?`,
        )
        .all(prefix, nextOf(prefix), readers === undefined ? 2 * limit : MAX_TRIED) as { word: string }[]
      const found = firstWhere(rows, limit, ({ word }) => documentsWith(word, 'text', readers) > 0)
      if (readers === undefined) return found.map(({ word }) => word)
      // Their order must not tell how frequent they are elsewhere.
      return found
        .map(({ word }) => ({ word, documents: documentsWith(word, 'text', readers, MAX_WEIGHED) }))
        .sort((one, other) => other.documents - one.documents || (one.word < other.word ? -1 : 1))
        .map(({ word }) => word)
    },
  }
}
