/** Mapping and settings of the index: the only place that knows them. */
import { createHash } from 'node:crypto'
import { DOCUMENT_FIELDS, SEARCH_FIELDS } from '../../../domain/document-fields.ts'
import { type SearchField, WORDS_FIELDS } from '../fields.ts'
import { MAX_WINDOW } from '../limits.ts'

/** PostgreSQL's english.stop, so that both drivers leave out the same words. */
const STOP_WORDS =
  `i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her
  hers herself it its itself they them their theirs themselves what which who whom this that these those am is are was
  were be been being have has had having do does did doing a an the and but if or because as until while of at by for
  with about against between into through during before after above below to from up down in out on off over under
  again further then once here there when where why how all any both each few more most other some such no nor not
  only own same so than too very s t can will just don should now`.split(/\s+/)

const ANALYSIS = {
  filter: { stop_words: { type: 'stop', stopwords: STOP_WORDS } },
  analyzer: {
    stems: {
      type: 'custom',
      tokenizer: 'standard',
      filter: ['lowercase', 'asciifolding', 'stop_words', 'porter_stem'],
    },
    written: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'asciifolding'] },
  },
}

const KEYWORD = { type: 'keyword' }
const LIMITED_KEYWORD = { type: 'keyword', ignore_above: 1_024 }
const STEMMED = { type: 'text', analyzer: 'stems' }
/** With the exact value in `.keyword`, as other programs that read the index expect it. */
const TEXT_AND_KEYWORD = { ...STEMMED, fields: { keyword: LIMITED_KEYWORD } }
/** Only whether a word is there. */
const AS_WRITTEN = { type: 'text', analyzer: 'written', index_options: 'docs', norms: false }

const BY_TYPE = {
  uuid: KEYWORD,
  sha256: KEYWORD,
  status: KEYWORD,
  text: LIMITED_KEYWORD,
  email: TEXT_AND_KEYWORD,
  mediaType: LIMITED_KEYWORD,
  integer: { type: 'integer' },
  bigint: { type: 'long' },
  timestamp: { type: 'date' },
}

export const wordsField = (name: string): string => `${name}_words`

const hasWords = (name: SearchField): boolean => (WORDS_FIELDS as readonly string[]).includes(name)

/** The field of the index with the exact value of a document's field. */
export const exactField = (name: SearchField): string =>
  hasWords(name) || 'fields' in BY_TYPE[DOCUMENT_FIELDS[name].type] ? `${name}.keyword` : name

/** Words of titles as they are written, for suggestions. */
export const TITLE_AS_WRITTEN = 'title_words.written'
/** All words as they are written, for prefixes and spelling suggestions. */
export const WRITTEN = 'written'

/**
 * Searches use the `_words` fields: the program splits and folds words (query/words.ts) in the same way for documents
 * and queries, for all drivers and for highlights. The fields themselves have the values as they were given.
 */
function propertiesOf(name: SearchField): Record<string, object> {
  if (!hasWords(name)) return { [name]: BY_TYPE[DOCUMENT_FIELDS[name].type] }
  const words = { ...STEMMED, copy_to: WRITTEN }
  if (name !== 'title') return { [name]: TEXT_AND_KEYWORD, [wordsField(name)]: words }
  const written = { ...AS_WRITTEN, index_prefixes: { min_chars: 1, max_chars: 8 } }
  // Without norms a word weighs the same in every title, so that of equal matches the newest comes first.
  return { [name]: TEXT_AND_KEYWORD, [wordsField(name)]: { ...words, norms: false, fields: { written } } }
}

const MAPPINGS = {
  dynamic: 'strict',
  properties: {
    ...Object.assign({}, ...SEARCH_FIELDS.map(propertiesOf)),
    /** kept for highlights and for later versions of the document */
    content: { type: 'text', index: false },
    [wordsField('content')]: { ...STEMMED, copy_to: WRITTEN },
    /** UTF-16 code units of `content` */
    content_length: { type: 'integer', index: false },
    deleted: { type: 'boolean' },
    [WRITTEN]: AS_WRITTEN,
  },
}

/** Changes with the mapping and the analysis: then a new index is needed. */
const VERSION = createHash('sha256')
  .update(JSON.stringify([ANALYSIS, MAPPINGS]))
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
        max_result_window: MAX_WINDOW,
        query: { default_field: [...WORDS_FIELDS, 'content'].map(wordsField) },
        analysis: ANALYSIS,
      },
    },
    mappings: MAPPINGS,
  }
}
