/**
 * What the exceptions of Elasticsearch blame. The names are the `type` of an answer's `error`: the class's name in
 * underscore case (ElasticsearchException.getExceptionName; the classes that cross the wire are listed in
 * ElasticsearchException.ElasticsearchExceptionHandle). Status codes cannot tell them apart: a closed index is a 400
 * like a document that cannot be parsed, and a shard that has not started is a 404. Everything that is not listed here is
 * a passing failure of the server, the index or the network, which is retried without end: no shard available, a closed
 * index, a full disk, a mapping of another version.
 */

/** Exceptions that blame a request as a whole, such as a search: the same request fails however often it is sent. */
const REFUSALS: ReadonlySet<string> = new Set([
  'illegal_argument_exception',
  'action_request_validation_exception',
  // a body that cannot be parsed; not json_e_o_f_exception, which is a body that was cut off on its way
  'parse_exception',
  'parsing_exception',
  'json_parse_exception',
  'x_content_parse_exception',
  'named_object_not_found_exception',
  'number_format_exception',
  // a query
  'query_shard_exception',
  'too_many_clauses',
  'too_many_nested_clauses',
  'too_many_buckets_exception',
])

export const isRefusal = (type: string): boolean => REFUSALS.has(type)

/** The error of one item of a bulk request. */
export interface ItemError {
  type: string
  reason: string
  caused_by?: { type?: string; reason: string }
}

/**
 * Exceptions of one item that blame its document: its JSON or the value of a field. Not among them:
 * - mapper_exception: also "timed out while waiting for a dynamic mapping update" (TransportShardBulkAction)
 * - strict_dynamic_mapping_exception: concerns every document of an index with another mapping
 * - index_closed_exception, index_not_found_exception, illegal_index_shard_state_exception and its kind (IndexShard),
 *   no_shard_available_action_exception, unavailable_shards_exception, cluster_block_exception,
 *   es_rejected_execution_exception, circuit_breaking_exception, and all of the transport: they pass
 */
const BLAME_DOCUMENT: ReadonlySet<string> = new Set([
  'document_parsing_exception',
  // its name before 8.8 (DocumentParsingException: TransportVersion.V_8_8_0)
  'mapper_parsing_exception',
  'x_content_parse_exception',
  'json_parse_exception',
  'parsing_exception',
  'parse_exception',
  'number_format_exception',
])

/** Lucene's message for a term of more than 32,766 bytes (IndexingChain). */
const IMMENSE_TERM = /immense term/

/**
 * Whether the same document fails however often it is sent. An illegal_argument_exception blames the document only for an
 * immense term: it is also the answer where an alias has two indices or none to write to (IndexNameExpressionResolver),
 * and where a shard has as many documents as Lucene can count (InternalEngine).
 */
export function blamesDocument({ type, reason, caused_by: cause }: ItemError): boolean {
  if (type === 'illegal_argument_exception') return IMMENSE_TERM.test(`${reason} ${cause?.reason ?? ''}`)
  return BLAME_DOCUMENT.has(type)
}
