/**
 * Mapping and settings of the index: the only place that knows them. Whoever changes them so that an index of before
 * cannot be used adds one to the version, which makes a new index behind the same alias.
 */
export const INDEX_VERSION = 1

export const indexName = (alias: string): string => `${alias}-v${INDEX_VERSION}`

/** `from` + `size` of the last page that can be asked for. */
export const MAX_RESULT_WINDOW = 10_100

/** PostgreSQL's english.stop, so that both adapters leave out the same words. */
const STOP_WORDS =
  `i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her
  hers herself it its itself they them their theirs themselves what which who whom this that these those am is are was
  were be been being have has had having do does did doing a an the and but if or because as until while of at by for
  with about against between into through during before after above below to from up down in out on off over under
  again further then once here there when where why how all any both each few more most other some such no nor not
  only own same so than too very s t can will just don should now`.split(/\s+/)

const keyword = { type: 'keyword', ignore_above: 1_024 } as const
const stemmed = { type: 'text', analyzer: 'stems' } as const
/** Only whether a word is there. */
const asWritten = { type: 'text', analyzer: 'written', index_options: 'docs', norms: false } as const

/**
 * What is searched are the `_words` fields: the program splits and folds words (words.ts), the same for documents and
 * queries, for all adapters, and for the highlights. `title`, `created_by` and `content` are as they were given.
 */
const properties = {
  id: { type: 'keyword' },
  title: { ...stemmed, fields: { keyword } },
  title_words: {
    ...stemmed,
    // A word weighs the same in every title, so that of equal matches the newest comes first.
    norms: false,
    copy_to: 'written',
    fields: { written: { ...asWritten, index_prefixes: { min_chars: 1, max_chars: 8 } } },
  },
  status: { type: 'keyword' },
  created_by: { ...stemmed, fields: { keyword } },
  created_by_words: { ...stemmed, copy_to: 'written' },
  content_type: keyword,
  content_size: { type: 'long' },
  created_at: { type: 'date' },
  updated_at: { type: 'date' },
  version: { type: 'integer' },
  /** kept for highlights and for later versions of the document */
  content: { type: 'text', index: false },
  content_words: { ...stemmed, copy_to: 'written' },
  /** UTF-16 code units of `content` */
  content_length: { type: 'integer', index: false },
  content_sha256: { type: 'keyword' },
  deleted: { type: 'boolean' },
  /** all words without stemming: what misspelled ones are traced to */
  written: asWritten,
} as const

/** The body that creates the index with its alias. The number of shards is left to index templates. */
export function indexBody(alias: string) {
  return {
    aliases: { [alias]: { is_write_index: true } },
    settings: {
      index: {
        refresh_interval: '1s',
        auto_expand_replicas: '0-1',
        max_result_window: MAX_RESULT_WINDOW,
        query: { default_field: ['title_words', 'created_by_words', 'content_words'] },
        analysis: {
          filter: { stop_words: { type: 'stop', stopwords: STOP_WORDS } },
          analyzer: {
            stems: {
              type: 'custom',
              tokenizer: 'standard',
              filter: ['lowercase', 'asciifolding', 'stop_words', 'porter_stem'],
            },
            written: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'asciifolding'] },
          },
        },
      },
    },
    mappings: { _meta: { docmgr: INDEX_VERSION }, dynamic: 'strict', properties },
  }
}
