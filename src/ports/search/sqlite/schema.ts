/** The tables of the index file. */
import { createHash } from 'node:crypto'
import { fieldDefinition, SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import { ANALYSIS_VERSION } from '../analysis/version.ts'
import { WORDS_FIELDS } from '../fields.ts'
import { COLUMNS, FIELD_COLUMNS } from './columns.ts'

const FILTERED = COLUMNS.map(({ name }) => name).filter((name) =>
  SEARCH_FIELDS.every((field) => {
    const { facet, filter } = fieldDefinition(field)
    return field !== name || facet || (filter?.search && filter.match === 'equal')
  }),
)

/**
 * A document's rowid grows with its creation (rowids.ts), so that FTS5, which answers in the order of rowids, gives the
 * newest matches first and stops at a limit. Its passages follow each other: `first_passage` has the title and other fields, the next ones,
 * as many as `passages` says, the text. Their rowids are dense, because postings keep the differences of rowids.
 *
 * Both FTS5 tables are contentless (https://sqlite.org/fts5.html, 4.4.1): texts are in `passages`, compressed. `words` has
 * no positions: it tells which documents have a word. Phrases, and words near each other, are looked up in
 * `passage_words`, whose postings are shortest for the first column. A stem that is itself a word of the same text is not
 * kept: queries look for it as a word too. The readers of a document are tokens of `words`, so that FTS5 itself leaps over
 * the documents that someone may not read. `reader_values` has for each reader, for all of them and for each owner, and each
 * facet the number of documents with each value: it is read and not counted.
 */
export const SCHEMA = `
  CREATE TABLE documents (
    rowid INTEGER PRIMARY KEY, ${COLUMNS.map(({ name, type }) => `${name} ${type}`).join(', ')},
    deleted INTEGER, first_passage INTEGER, passages INTEGER
  );
  CREATE UNIQUE INDEX documents_id ON documents (id);
  ${FILTERED.map((name) => `CREATE INDEX documents_${name} ON documents (${name}) WHERE NOT deleted;`).join('\n')}
  CREATE INDEX tombstones ON documents (id) WHERE deleted;
  CREATE INDEX documents_of_passages ON documents (first_passage) WHERE NOT deleted;
  CREATE VIRTUAL TABLE words USING fts5(
    ${FIELD_COLUMNS.join(', ')}, text, related, readers, content='', contentless_delete=1, detail=column, tokenize='ascii'
  );
  CREATE VIRTUAL TABLE passage_words USING fts5(
    text, ${WORDS_FIELDS.join(', ')}, related, content='', contentless_delete=1, detail=full, tokenize='ascii'
  );
  INSERT INTO words (words, rank) VALUES ('usermerge', 2);
  INSERT INTO passage_words (passage_words, rank) VALUES ('usermerge', 2);
  CREATE TABLE passages (rowid INTEGER PRIMARY KEY, document INTEGER, page INTEGER, text BLOB /* Brotli */);
  CREATE TABLE other_forms (rowid INTEGER PRIMARY KEY, parts TEXT);
  CREATE TABLE known_words (word TEXT PRIMARY KEY, documents INTEGER) WITHOUT ROWID;
  CREATE TABLE reader_values (
    reader TEXT /* or * for everybody, or created_by: and an owner */, facet TEXT, value TEXT, documents INTEGER, PRIMARY KEY (reader, facet, value)
  ) WITHOUT ROWID;
  CREATE TABLE languages (language TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE origin (database TEXT);
`

/** Grows with every change of what is written into the tables that neither SCHEMA nor the analysis shows. */
const CONTENTS_VERSION = 1

/** An index of another version is built again. A positive 31-bit number, for PRAGMA user_version. */
export const SCHEMA_VERSION =
  createHash('sha256')
    .update(`${ANALYSIS_VERSION}.${CONTENTS_VERSION}\n${SCHEMA}`)
    .digest()
    .readUInt32BE() >>> 1
