/** Mapping and settings of the index: the only place that knows them. */
import { createHash } from 'node:crypto'
import { DOCUMENT_FIELDS, SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import { ANALYSIS_VERSION } from '../analysis/version.ts'
import { type SearchField, WORDS_FIELDS, type WordsField } from '../fields.ts'
import { MAX_WINDOW } from '../limits.ts'

/**
 * The program splits and folds words (analysis/) for documents and queries, so the index only splits at blanks. Queries
 * of other programs are split and folded roughly in the same way.
 */
const FOREIGN_QUERIES = 'foreign_queries'
const ANALYSIS = {
  analyzer: {
    [FOREIGN_QUERIES]: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'asciifolding'] },
  },
}

const KEYWORD = { type: 'keyword' }
const LIMITED_KEYWORD = { type: 'keyword', ignore_above: 1_024 }
/** With the exact value in `.keyword`, as other programs that read the index expect it. */
const TEXT_AND_KEYWORD = { type: 'text', analyzer: FOREIGN_QUERIES, fields: { keyword: LIMITED_KEYWORD } }
/** Elasticsearch's time has milliseconds; the exact value is in `.keyword`. */
const TIME = { type: 'date', fields: { keyword: { ...KEYWORD, index: false } } }

const BY_TYPE = {
  uuid: KEYWORD,
  sha256: KEYWORD,
  status: KEYWORD,
  textState: KEYWORD,
  text: LIMITED_KEYWORD,
  email: TEXT_AND_KEYWORD,
  mediaType: LIMITED_KEYWORD,
  integer: { type: 'integer' },
  bigint: { type: 'long' },
  timestamp: TIME,
  subjects: KEYWORD,
}

const WORDS = { type: 'text', analyzer: 'whitespace', search_analyzer: FOREIGN_QUERIES }
/** Stems, other spellings and compounds: only whether they are there. */
const KEYS = { ...WORDS, index_options: 'docs', norms: false }

/** The words of a field in order, and its further keys. */
export const wordsField = (name: WordsField | 'content'): string => `${name}_words`
export const keysField = (name: WordsField | 'content'): string => `${name}_keys`

/** The field of the index with the exact value of a document's field. */
export function exactField(name: SearchField): string {
  const definition = isWordsField(name) ? TEXT_AND_KEYWORD : BY_TYPE[DOCUMENT_FIELDS[name].type]
  return 'fields' in definition ? `${name}.keyword` : name
}

const isWordsField = (name: SearchField): name is WordsField =>
  (WORDS_FIELDS as readonly string[]).includes(name)

function propertiesOf(name: SearchField): Record<string, object> {
  if (!isWordsField(name)) return { [name]: BY_TYPE[DOCUMENT_FIELDS[name].type] }
  // Without norms a word weighs the same in every title, so that of equal matches the newest comes first.
  const words = { ...WORDS, norms: false, index_prefixes: { min_chars: 1, max_chars: 8 } }
  return { [name]: TEXT_AND_KEYWORD, [wordsField(name)]: words, [keysField(name)]: KEYS }
}

/** Passages of a document; more are joined (source.ts). Elasticsearch refuses documents with more nested ones. */
export const MAX_PASSAGES = 10_000

const MAPPINGS = {
  dynamic: 'strict',
  properties: {
    ...Object.assign({}, ...SEARCH_FIELDS.map(propertiesOf)),
    /** The passages. The text is stored beside `_source`, so that a hit reads one passage and not the whole document. */
    content: {
      type: 'nested',
      properties: {
        page: { type: 'integer', index: false },
        text: { type: 'text', index: false, store: true },
        words: { ...WORDS, norms: false, copy_to: wordsField('content') },
        keys: { ...KEYS, copy_to: keysField('content') },
      },
    },
    [wordsField('content')]: { ...WORDS, index_options: 'freqs' },
    [keysField('content')]: KEYS,
    /** of the stems among the keys */
    languages: KEYWORD,
    /** UTF-16 code units of the texts of all passages */
    content_length: { type: 'integer', index: false },
    deleted: { type: 'boolean' },
  },
}

/** Changes with the mapping and the analysis: then a new index is needed. */
const VERSION = createHash('sha256')
  .update(JSON.stringify([ANALYSIS, ANALYSIS_VERSION, MAPPINGS]))
  .digest('hex')
  .slice(0, 8)

export const indexName = (alias: string): string => `${alias}-${VERSION}`

/**
 * The body that creates the index.
 * @param isWriteIndex false while the alias is on another index too
 */
export function indexBody(alias: string, isWriteIndex: boolean) {
  return {
    aliases: { [alias]: { is_write_index: isWriteIndex } },
    settings: {
      index: {
        refresh_interval: '1s',
        auto_expand_replicas: '0-1',
        // A third of the index of the default.
        codec: 'best_compression',
        max_result_window: MAX_WINDOW,
        mapping: { nested_objects: { limit: MAX_PASSAGES } },
        query: { default_field: ([...WORDS_FIELDS, 'content'] as const).map(wordsField) },
        analysis: ANALYSIS,
      },
    },
    mappings: MAPPINGS,
  }
}
