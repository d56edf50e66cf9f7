import type { OPERATING_EN } from './operating-en.ts'

/** The same texts in German. */
export const OPERATING_DE: Record<keyof typeof OPERATING_EN, string> = {
  'letters.title': 'Änderungen, die nicht verarbeitet werden konnten',
  'letters.none': 'Es gibt keine.',
  'letters.ofDocument': 'Dokument {id}',
  'letters.unknown': 'Das Dokument ist nicht bekannt',
  'letters.failed': 'fehlgeschlagen',
  'letters.place': '{topic} bei {place}',
  'letters.retry': 'Wiederholen',
  'letters.retryOf': '{id} wiederholen',
  'letters.retried': 'Wird erneut verarbeitet. Schlägt es wieder fehl, steht es in wenigen Sekunden hier.',
  'letters.settled': 'Jemand hat sich schon darum gekümmert.',
  'letters.noRetry': 'Dafür gibt es `docmgr dead-letters`.',
  'compare.title': 'Suchindex und Datenbank',
  'compare.hint':
    'Zählt in beiden alle Dokumente und ihre Versionen; bei einer Million Dokumenten dauert das einige Sekunden.',
  'compare.start': 'Vergleichen',
  'compare.busy': 'Wird verglichen …',
  'compare.database': 'Datenbank',
  'compare.index': 'Suchindex',
  'compare.documents': 'Dokumente',
  'compare.versions': 'Summe der Versionen',
  'compare.same': 'Der Index hat jedes Dokument in seiner jetzigen Version',
  'compare.different': 'Sie unterscheiden sich',
  'compare.what':
    '`docmgr reindex --check` sagt, welche Dokumente; `docmgr reindex` bringt sie in den Index.',
}
