import type { IndexFile } from './index-file.ts'
import type { AnalyzedPassage } from '../analysis/analyze-document.ts'
import { wordOfStem } from '../analysis/stems.ts'
import type { WholeDocument } from '../engine.ts'
import { WORDS_FIELDS } from '../fields.ts'
import type { AnalyzedTexts } from './analyze-texts.ts'
import { COLUMNS, FIELD_COLUMNS } from './columns.ts'
import { compress } from './compress.ts'
import { EVERY_DOCUMENT, prominentToken, readerToken, titleToken } from './match-expression.ts'

const NAMES = ['rowid', ...COLUMNS.map(({ name }) => name), 'deleted', 'first_passage', 'passages']

/** The stems among keys that are not words too. */
function onlyStems(keys: readonly string[], words: Iterable<string>): string[] {
  const known = new Set(words)
  return keys.filter((key) => {
    const word = wordOfStem(key)
    return word !== undefined && !known.has(word)
  })
}

const isWord = (key: string): boolean => wordOfStem(key) === undefined
const joined = (keys: readonly string[]): string => keys.join(' ')

/** The passages of a document: the first one has its fields, `count` more its text. */
export interface PassageRange {
  first: number
  count: number
}

export const NO_PASSAGES: PassageRange = { first: 0, count: 0 }

/** Writes the rows of one document, in a transaction of the caller. */
export function createDocumentWriter(database: IndexFile) {
  const statements = prepareStatements(database)
  const writePassage = createPassageWriter(statements)
  const writeWords = createWordsWriter(statements)

  function deleteFields(rowid: number, first: number): void {
    statements.deleteWords.run(rowid)
    statements.deletePassageWords.run(first)
  }

  return {
    /** The fields alone. */
    writeFields(
      rowid: number,
      document: Omit<WholeDocument, 'content'>,
      { first, count }: PassageRange,
    ): void {
      const values = COLUMNS.map(({ valueOf }) => valueOf(document))
      statements.upsert.run(rowid, ...values, Number(document.deleted), first, count)
    },

    /** All that is found and shown of a document. */
    writeTexts(rowid: number, { content, readers }: WholeDocument, analyzed: AnalyzedTexts): PassageRange {
      const { passages } = analyzed
      const { first } = statements.nextPassage.get() as { first: number }
      writeWords(rowid, first, readers, analyzed)
      statements.insertPassage.run(first, rowid, null, null)
      for (const [index, passage] of passages.entries()) writePassage(first + 1 + index, rowid, passage)
      const others = otherFormsOf(content)
      if (others !== undefined) statements.insertOtherForms.run(rowid, others)
      for (const language of analyzed.languages) statements.insertLanguage.run(language)
      return { first, count: passages.length }
    },

    /** What a new title or a new reader changes: the text stays. */
    replaceFields(
      rowid: number,
      { first }: PassageRange,
      readers: readonly string[],
      analyzed: AnalyzedTexts,
    ): void {
      deleteFields(rowid, first)
      writeWords(rowid, first, readers, analyzed)
    },

    deleteTexts(rowid: number, { first, count }: PassageRange): void {
      deleteFields(rowid, first)
      for (let passage = first + 1; passage <= first + count; passage++)
        statements.deletePassageWords.run(passage)
      statements.deletePassages.run(first, first + count)
      statements.deleteOtherForms.run(rowid)
    },
  }
}

const NO_FIELDS = WORDS_FIELDS.map(() => '')

/** Writes the words of the fields, and of the document as a whole, and who may read it. */
const createWordsWriter =
  ({ insertWords, insertPassageWords }: ReturnType<typeof prepareStatements>) =>
  (
    rowid: number,
    first: number,
    readers: readonly string[],
    { fields, textKeys, prominentWords }: AnalyzedTexts,
  ): void => {
    const plain = textKeys.filter(isWord)
    const ofFields = WORDS_FIELDS.map((name) => {
      const { words, keys } = fields.get(name)!
      const known = keys.filter(isWord)
      return { name, words, known, stems: onlyStems(keys, known) }
    })
    const ofTitle = ofFields.flatMap(({ name, known, stems }) =>
      name === 'title' ? [...known, ...stems] : [],
    )
    insertWords.run(
      rowid,
      ...ofFields.flatMap(({ known, stems }) => [joined(known), joined([EVERY_DOCUMENT, ...stems])]),
      joined(plain),
      joined([
        ...onlyStems(textKeys, plain),
        ...prominentWords.map(prominentToken),
        ...ofTitle.map(titleToken),
      ]),
      joined(readers.map(readerToken)),
    )
    const stems = ofFields.flatMap((field) => field.stems)
    insertPassageWords.run(first, '', ...ofFields.map(({ words }) => joined(words)), joined(stems))
  }

const createPassageWriter =
  ({ insertPassageWords, insertPassage }: ReturnType<typeof prepareStatements>) =>
  (passage: number, rowid: number, { words, keys, page, text }: AnalyzedPassage): void => {
    const related = [...keys.filter(isWord), ...onlyStems(keys, words)]
    insertPassageWords.run(passage, joined(words), ...NO_FIELDS, joined(related))
    insertPassage.run(passage, rowid, page ?? null, compress(text))
  }

/** What the passages do not have of the parts. */
function otherFormsOf(content: WholeDocument['content']): string | undefined {
  const parts = content.filter(({ otherForms }) => otherForms !== undefined)
  return parts.length === 0 ? undefined : JSON.stringify(parts.map((part) => ({ ...part, text: '' })))
}

function prepareStatements(database: IndexFile) {
  const inserting = (table: string, columns: readonly string[], verb = 'insert') =>
    database.prepare(
      `${verb} into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    )
  return {
    upsert: inserting('documents', NAMES, 'insert or replace'),
    insertWords: inserting('words', ['rowid', ...FIELD_COLUMNS, 'text', 'related', 'readers']),
    deleteWords: database.prepare('delete from words where rowid = ?'),
    insertPassageWords: inserting('passage_words', ['rowid', 'text', ...WORDS_FIELDS, 'related']),
    deletePassageWords: database.prepare('delete from passage_words where rowid = ?'),
    nextPassage: database.prepare('select coalesce(max(rowid), 0) + 1 as first from passages'),
    insertPassage: database.prepare('insert into passages values (?, ?, ?, ?)'),
    deletePassages: database.prepare('delete from passages where rowid between ? and ?'),
    insertOtherForms: database.prepare('insert or replace into other_forms values (?, ?)'),
    deleteOtherForms: database.prepare('delete from other_forms where rowid = ?'),
    insertLanguage: database.prepare('insert or ignore into languages values (?)'),
  }
}
