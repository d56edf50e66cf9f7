/** The query language of searches, as its documentation explains it. ports/search/query/parse-query.ts implements it. */

/** More would cost a search server too much; a request with more is refused, so that every word counts. */
export const MAX_QUERY_WORDS = 200

/** An example, and what it finds. */
export const QUERY_SYNTAX: readonly [example: string, meaning: string][] = [
  ['rent lease', 'both words, in any order and form (lease, leases)'],
  ['rent OR lease', 'either; `deposit rent OR lease` is deposit, and rent or lease'],
  ['"notice period"', 'these words in this order'],
  ['-draft', 'not with this word; also -"…", -title:…, -status:…'],
  ['indemni*', 'words that begin so, from two letters'],
  ['title:lease', 'in the title; also title:"…" and title:leas*'],
  ['status:signed', 'of this status; likewise created_by:, content_type:, text_state: and language:'],
]
