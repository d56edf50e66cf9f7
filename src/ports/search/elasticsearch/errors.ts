import { blameOf } from '../../../runtime/server-errors.ts'

/** Whether the same request, such as a search, fails however often it is sent. */
export const isRefusal = (type: string): boolean => blameOf('elasticsearch', type) === 'data'

/** The error of one item of a bulk request. */
export interface ItemError {
  type: string
  reason: string
  caused_by?: { type?: string; reason: string }
}

/** Lucene's message for a term of more than 32,766 bytes (IndexingChain). */
const IMMENSE_TERM = /immense term/

/**
 * Whether the same document fails however often it is sent. An illegal_argument_exception blames the document only for an
 * immense term: it is also the answer where an alias has two indices or none to write to (IndexNameExpressionResolver),
 * and where a shard has as many documents as Lucene can count (InternalEngine).
 */
export function blamesDocument({ type, reason, caused_by: cause }: ItemError): boolean {
  if (type === 'illegal_argument_exception') return IMMENSE_TERM.test(`${reason} ${cause?.reason ?? ''}`)
  return blameOf('elasticsearchItem', type) === 'data'
}
