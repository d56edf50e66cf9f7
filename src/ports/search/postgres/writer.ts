import type { Pool } from 'pg'
import type { WholeDocument } from '../driver.ts'
import { weightOf, WORDS_FIELDS } from '../fields.ts'
import type { Stemmer, Stems } from '../query/stems.ts'
import { foldedWords } from '../query/words.ts'
import { COLUMN_TYPES, unnested } from './columns.ts'
import { type FieldWords, vectorOf } from './tsvector.ts'

/** Writes whole documents, unless the index has a newer version, or this one and they bring no text. */
export type WriteDocuments = (documents: WholeDocument[]) => Promise<void>

/** Documents and UTF-16 code units of one statement. */
const MAX_DOCUMENTS = 250
const MAX_UNITS = 300_000

/** @param recordWords keeps words for spelling suggestions */
export function createWriter(
  pool: Pool,
  stemsOf: Stemmer,
  recordWords: (stems: Stems) => Promise<void>,
): WriteDocuments {
  return async (documents) => {
    for (const batch of batchesOf(documents)) {
      const fields = batch.map(fieldWordsOf)
      const stems = await stemsOf(distinctWords(fields))
      // Before the documents: after a failure in between, all of it is done again.
      await recordWords(stems)
      const vectors = fields.map((each) => vectorOf(each, stems))
      await pool.query(UPSERT, [...COLUMN_ARRAYS.values(batch), vectors])
    }
  }
}

function* batchesOf(documents: WholeDocument[]): Generator<WholeDocument[]> {
  let batch: WholeDocument[] = []
  let units = 0
  for (const document of documents) {
    if (batch.length === MAX_DOCUMENTS || (batch.length > 0 && units + document.content.length > MAX_UNITS)) {
      yield batch
      batch = []
      units = 0
    }
    batch.push(document)
    units += document.content.length
  }
  if (batch.length > 0) yield batch
}

/** Fields heavier than the content have weight A, the others C. */
const FIELDS = WORDS_FIELDS.map((name) => ({
  name,
  weight: weightOf(name) > 1 ? ('A' as const) : ('C' as const),
  isTitle: name === 'title',
}))

function fieldWordsOf(document: WholeDocument): FieldWords[] {
  const fields: FieldWords[] = FIELDS.map(({ name, weight, isTitle }) => ({
    words: foldedWords(document[name] ?? ''),
    weight,
    isTitle,
  }))
  fields.push({ words: foldedWords(document.content), weight: 'B', isTitle: false })
  return fields
}

function distinctWords(documents: FieldWords[][]): Set<string> {
  const distinct = new Set<string>()
  for (const fields of documents) for (const { words } of fields) for (const word of words) distinct.add(word)
  return distinct
}

const NAMES = [...COLUMN_TYPES.keys()]
const COLUMNS = [...NAMES, 'vector'].join(', ')
const COLUMN_ARRAYS = unnested(NAMES)
/** The last parameter is the array of vectors, as texts. */
const UPSERT = `
  insert into search.documents (${COLUMNS})
  select ${NAMES.join(', ')}, vector::tsvector
  from ${COLUMN_ARRAYS.sql.replace(/\)$/, `, $${NAMES.length + 1}::text[])`)} as given(${COLUMNS})
  on conflict (id) do update
  set (${COLUMNS}) = row(${[...NAMES, 'vector'].map((name) => `excluded.${name}`).join(', ')})
  where excluded.version > search.documents.version
    or (excluded.version = search.documents.version and excluded.content <> '')`
