import { isDeepStrictEqual } from 'node:util'
import { type IndexFile, markFilled } from './index-file.ts'
import type { WholeDocument } from '../engine.ts'
import { WORDS_FIELDS } from '../fields.ts'
import type { IndexedDocument, SearchDocument } from '../port.ts'
import { lacksText, saysNewText } from '../prepare-documents.ts'
import { type AnalyzedTexts, analyzeTexts } from './analyze-texts.ts'
import { encode, type SqlValue } from './columns.ts'
import { createWordCounter, type WordCounter } from './known-words.ts'
import type { Handlers, WriterMethods } from './protocol.ts'
import { createPartsReader } from './read-parts.ts'
import { createReaderValues } from './reader-values.ts'
import { createRowids } from './rowids.ts'
import { createStoredFinder, type Stored } from './find-stored.ts'
import { createTransactions, type Step } from './transactions.ts'
import { createDocumentWriter, NO_PASSAGES } from './write-document.ts'

/** UTF-16 code units of texts in one transaction. */
const MAX_UNITS = 2_000_000

/** What a document changes in the file, prepared before the transaction. */
function createSteps(database: IndexFile, words: WordCounter) {
  const storedOf = createStoredFinder(database)
  const remove = database.prepare('delete from documents where rowid = ?')
  const rowidFor = createRowids(database)
  const rows = createDocumentWriter(database)
  const partsOf = createPartsReader(database)
  const values = createReaderValues(database)

  async function wholeStep(document: WholeDocument): Promise<Step> {
    const before = storedOf(document.id)
    if (before !== undefined && !replaces(document, before)) return undefined
    const analyzed = document.deleted ? undefined : await analyzeTexts(document, document.content)
    return () => writeWhole(document, before, analyzed)
  }

  function writeWhole(
    document: WholeDocument,
    before: Stored | undefined,
    analyzed: AnalyzedTexts | undefined,
  ) {
    if (before?.deleted === 0) rows.deleteTexts(before.rowid, before)
    const rowid = before?.rowid ?? rowidFor(Number(encode('created_at', document.created_at)))
    const passages = analyzed === undefined ? NO_PASSAGES : rows.writeTexts(rowid, document, analyzed)
    if (analyzed !== undefined) words.count(analyzed.fields.values(), analyzed.passages)
    rows.writeFields(rowid, document, passages)
    values.change(before?.counted, document.deleted ? undefined : document)
  }

  /** `undefined` for a document without a usable text. */
  async function fieldsStep(document: SearchDocument): Promise<Step | 'need content'> {
    const before = storedOf(document.id)
    if (before?.deleted === 0 && lacksText(before, document)) return 'need content'
    if (before !== undefined && before.version >= document.version) return undefined
    const sha256 = encode('content_sha256', document.content_sha256)
    if (before === undefined || before.deleted === 1 || sha256 === null) return 'need content'
    if (before.content_sha256 === null || Buffer.compare(bytes(before.content_sha256), bytes(sha256)) !== 0)
      return 'need content'
    const hasSameWords = WORDS_FIELDS.every((name) => before[name] === document[name])
    const analyzed =
      hasSameWords && isDeepStrictEqual(before.counted?.readers, document.readers)
        ? undefined
        : await analyzeTexts(document, partsOf(before.rowid, before))
    return () => {
      if (analyzed !== undefined) {
        rows.replaceFields(before.rowid, before, document.readers, analyzed)
        if (!hasSameWords) words.count(analyzed.fields.values())
      }
      rows.writeFields(before.rowid, document, before)
      values.change(before.counted, document)
    }
  }

  function forget({ id, version }: Pick<IndexedDocument, 'id' | 'version'>): void {
    const stored = storedOf(id)
    if (stored?.version !== version) return
    if (stored.deleted === 0) rows.deleteTexts(stored.rowid, stored)
    values.change(stored.counted, undefined)
    remove.run(stored.rowid)
  }

  return { wholeStep, fieldsStep, forget }
}

/** The writer of an index file. Its calls must not overlap. */
export function createWriter(database: IndexFile): Handlers<WriterMethods> {
  const words = createWordCounter(database)
  const { wholeStep, fieldsStep, forget } = createSteps(database, words)
  const { inTransaction, inOneState } = createTransactions(database, words.flush)

  return {
    async index(whole, withoutContent) {
      for (const batch of batchesOf(whole)) await inOneState(() => Promise.all(batch.map(wholeStep)))
      let needContent: string[] = []
      await inOneState(async () => {
        needContent = []
        const steps = await Promise.all(withoutContent.map(fieldsStep))
        return steps.map((step, index) => {
          if (step !== 'need content') return step
          needContent.push(withoutContent[index]!.id)
          return undefined
        })
      })
      return { needContent }
    },

    markFilled: () => markFilled(database),

    forget(documents) {
      inTransaction(documents.map((document) => () => forget(document)))
    },
  }
}

const replaces = (document: WholeDocument, before: Stored): boolean =>
  document.version > before.version ||
  (document.version === before.version && before.deleted === 0 && saysNewText(document))

const bytes = (value: SqlValue): Uint8Array => value as Uint8Array

function* batchesOf(documents: readonly WholeDocument[]): Generator<WholeDocument[]> {
  let batch: WholeDocument[] = []
  let units = 0
  for (const document of documents) {
    batch.push(document)
    units += document.content.reduce((sum, { text }) => sum + text.length, 0)
    if (units < MAX_UNITS) continue
    yield batch
    batch = []
    units = 0
  }
  if (batch.length > 0) yield batch
}
