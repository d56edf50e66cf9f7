/** The texts about what an administrator deals with on the status page, in English. */
export const OPERATING_EN = {
  'letters.title': 'Changes that could not be processed',
  'letters.none': 'There are none.',
  'letters.ofDocument': 'Document {id}',
  'letters.unknown': 'The document is not known',
  'letters.failed': 'failed',
  'letters.place': '{topic} at {place}',
  'letters.retry': 'Retry',
  'letters.retryOf': 'Retry {id}',
  'letters.retried': 'It is being processed again. If it fails once more, it appears here within seconds.',
  'letters.settled': 'Somebody has dealt with it already.',
  'letters.noRetry': '`docmgr dead-letters` deals with it.',
  'compare.title': 'Search index and database',
  'compare.hint':
    'Counts all documents and their versions in both; with a million documents that takes a few seconds.',
  'compare.start': 'Compare',
  'compare.busy': 'Comparing…',
  'compare.database': 'Database',
  'compare.index': 'Search index',
  'compare.documents': 'Documents',
  'compare.versions': 'Sum of versions',
  'compare.same': 'The index has every document in its present version',
  'compare.different': 'They differ',
  'compare.what':
    '`docmgr reindex --check` says which documents; `docmgr reindex` brings them into the index.',
} as const
