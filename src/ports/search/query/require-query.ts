import { invalidField } from '../../../domain/errors.ts'
import { MAX_QUERY_WORDS } from '../../../domain/query-syntax.ts'
import { parseQuery } from './parse-query.ts'
import type { QueryTree } from './query-tree.ts'

/** @throws DomainError validation-failed naming `query.q` where it has too many words */
export function requireQuery(q: string): QueryTree {
  const { tree, words } = parseQuery(q)
  if (words <= MAX_QUERY_WORDS) return tree
  throw invalidField('query.q', `must have at most ${MAX_QUERY_WORDS} words, not ${words}`)
}
