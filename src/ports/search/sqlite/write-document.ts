import { deflateRawSync } from 'node:zlib'
import type { IndexFile } from './index-file.ts'
import type { AnalyzedDocument } from '../analysis/analyze-document.ts'
import type { WholeDocument } from '../engine.ts'
import { COLUMNS } from './columns.ts'
import { EVERY_DOCUMENT } from './match-expression.ts'
import { MAX_PASSAGES, PASSAGE_BITS } from './schema.ts'

/** Level of zlib: higher ones cost more time than they save. */
const COMPRESSION = { level: 6 }

/** A passage's rowid, of two parameters: the document's rowid, and the passage's number. */
const PASSAGE = `(cast(? as integer) << ${PASSAGE_BITS} | cast(? as integer))`
const FIRST_AND_LAST = `${PASSAGE} and ${PASSAGE}`

const NAMES = ['rowid', ...COLUMNS.map(({ name }) => name), 'deleted', 'passages']

/** Keys of stems name their language (analysis/stems.ts). No word has this character. */
const isStem = (key: string): boolean => key.includes(EVERY_DOCUMENT)
const joined = (keys: readonly string[]): string => keys.join(' ')

/** Writes the rows of one document, in a transaction of the caller. */
export function createDocumentWriter(database: IndexFile) {
  const statements = prepareStatements(database)

  /** The words of the title, and of the document as a whole. */
  function writeWords(rowid: number, { titleWords, titleKeys, textKeys, prominentWords }: AnalyzedDocument) {
    const [titleStems, stems] = [titleKeys.filter(isStem), textKeys.filter(isStem)]
    statements.insertWords.run(
      rowid,
      joined(titleKeys.filter((key) => !isStem(key))),
      joined([EVERY_DOCUMENT, ...titleStems]),
      joined(prominentWords),
      joined(textKeys.filter((key) => !isStem(key))),
      joined(stems),
    )
    statements.insertPassageWords.run(rowid, 0, joined(titleWords), '', joined(titleStems))
  }

  function deleteTitle(rowid: number): void {
    statements.deleteWords.run(rowid)
    statements.deletePassageWords.run(rowid, 0)
  }

  return {
    /** The fields alone. */
    writeFields(rowid: number, document: Omit<WholeDocument, 'content'>, passages: number): void {
      const values = COLUMNS.map(({ valueOf }) => valueOf(document))
      statements.upsert.run(rowid, ...values, Number(document.deleted), passages)
    },

    /** All that is found and shown of a document. @returns the number of its passages */
    writeTexts(rowid: number, { content }: WholeDocument, analyzed: AnalyzedDocument): number {
      writeWords(rowid, analyzed)
      const passages = analyzed.passages.slice(0, MAX_PASSAGES)
      for (const [index, { words, keys, page, text }] of passages.entries()) {
        statements.insertPassageWords.run(rowid, index + 1, '', joined(words), joined(keys))
        statements.insertPassage.run(rowid, index + 1, page ?? null, deflateRawSync(text, COMPRESSION))
      }
      const others = content.filter(({ otherForms }) => otherForms !== undefined)
      if (others.length > 0) {
        const parts = others.map((part) => ({ ...part, text: '' }))
        statements.insertOtherForms.run(rowid, JSON.stringify(parts))
      }
      for (const language of analyzed.languages) statements.insertLanguage.run(language)
      return passages.length
    },

    /** What a new title changes: the text stays. */
    replaceTitle(rowid: number, analyzed: AnalyzedDocument): void {
      deleteTitle(rowid)
      writeWords(rowid, analyzed)
    },

    /** @param passages how many the document has */
    deleteTexts(rowid: number, passages: number): void {
      deleteTitle(rowid)
      for (let number = 1; number <= passages; number++) statements.deletePassageWords.run(rowid, number)
      statements.deletePassages.run(rowid, 0, rowid, MAX_PASSAGES)
      statements.deleteOtherForms.run(rowid)
    },
  }
}

function prepareStatements(database: IndexFile) {
  return {
    upsert: database.prepare(
      `insert or replace into documents (${NAMES.join(', ')}) values (${NAMES.map(() => '?').join(', ')})`,
    ),
    insertWords: database.prepare(
      'insert into words (rowid, title, title_related, prominent, text, related) values (?, ?, ?, ?, ?, ?)',
    ),
    deleteWords: database.prepare('delete from words where rowid = ?'),
    insertPassageWords: database.prepare(
      `insert into passage_words (rowid, title, text, related) values (${PASSAGE}, ?, ?, ?)`,
    ),
    deletePassageWords: database.prepare(`delete from passage_words where rowid = ${PASSAGE}`),
    insertPassage: database.prepare(`insert into passages values (${PASSAGE}, ?, ?)`),
    deletePassages: database.prepare(`delete from passages where rowid between ${FIRST_AND_LAST}`),
    insertOtherForms: database.prepare('insert or replace into other_forms values (?, ?)'),
    deleteOtherForms: database.prepare('delete from other_forms where rowid = ?'),
    insertLanguage: database.prepare('insert or ignore into languages values (?)'),
  }
}
