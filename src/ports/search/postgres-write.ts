import type { Pool } from 'pg'
import type { SearchDocument } from './port.ts'
import type { Stemmer, Stems } from './stems.ts'
import { type DocumentWords, vectorOf } from './postgres-vector.ts'
import { type WholeDocument, fitting } from './whole-document.ts'
import { foldedWords } from './words.ts'

export interface Writer {
  /** Writes whole documents, unless the index has this version or a newer one. */
  write(documents: WholeDocument[]): Promise<void>
}

/** Documents and UTF-16 code units that are written in one statement. */
const MAX_DOCUMENTS = 250
const MAX_UNITS = 300_000

export function createWriter(pool: Pool, stemsOf: Stemmer, record: (stems: Stems) => Promise<void>): Writer {
  return {
    async write(documents) {
      for (const batch of batchesOf(documents.map(fitting))) {
        const words = batch.map(wordsOfDocument)
        const stems = await stemsOf(distinctWords(words))
        // Before the documents: a failure in between loses nothing, as all of it is then done again.
        await record(stems)
        const vectors = words.map((each) => vectorOf(each, stems))
        await upsert(pool, batch, vectors)
      }
    },
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

function wordsOfDocument({ title, created_by, content }: WholeDocument): DocumentWords {
  return { title: foldedWords(title), createdBy: foldedWords(created_by), content: foldedWords(content) }
}

function distinctWords(documents: DocumentWords[]): Set<string> {
  const words = new Set<string>()
  for (const { title, createdBy, content } of documents) {
    for (const field of [title, createdBy, content]) for (const word of field) words.add(word)
  }
  return words
}

/** Column → PostgreSQL type; `vector` comes last. */
const COLUMNS = {
  id: 'uuid',
  title: 'text',
  content: 'text',
  content_sha256: 'text',
  status: 'text',
  created_by: 'text',
  content_type: 'text',
  content_size: 'bigint',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  version: 'int',
  deleted: 'bool',
} as const satisfies Partial<Record<keyof SearchDocument, string>>
const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]
const ARRAYS = Object.values(COLUMNS).map((type, index) => `$${index + 1}::${type}[]`)
const UPSERT = `
  insert into search.documents (${NAMES.join(', ')}, vector)
  select ${NAMES.join(', ')}, vector::tsvector
  from unnest(${ARRAYS.join(', ')}, $${NAMES.length + 1}::text[]) as given(${NAMES.join(', ')}, vector)
  on conflict (id) do update
  set (${NAMES.join(', ')}, vector) = row(${NAMES.map((name) => `excluded.${name}`).join(', ')}, excluded.vector)
  where excluded.version > search.documents.version`

async function upsert(pool: Pool, batch: WholeDocument[], vectors: string[]): Promise<void> {
  await pool.query(UPSERT, [...NAMES.map((name) => batch.map((document) => document[name])), vectors])
}
