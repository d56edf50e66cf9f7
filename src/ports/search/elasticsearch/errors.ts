/**
 * Exceptions that blame what was sent: the same request or document fails however often it is sent. The names are the
 * `type` of an answer's `error` (ElasticsearchException.getExceptionName). Status codes cannot tell them apart: a
 * closed index is a 400 like a document that cannot be parsed, and a shard that has not started is a 404.
 */
const REFUSALS: ReadonlySet<string> = new Set([
  // a document: its JSON or the value of a field
  'document_parsing_exception',
  'mapper_parsing_exception',
  'mapper_exception',
  // a value that Lucene refuses (an immense term), or a parameter
  'illegal_argument_exception',
  'action_request_validation_exception',
  // a body that cannot be parsed
  'parse_exception',
  'parsing_exception',
  'json_parse_exception',
  'json_e_o_f_exception',
  'x_content_parse_exception',
  'named_object_not_found_exception',
  'number_format_exception',
  // a query
  'query_shard_exception',
  'too_many_clauses',
  'too_many_nested_clauses',
  'too_many_buckets_exception',
])

/**
 * Whether an exception blames what was sent. Everything else is a passing failure of the server, the index or the
 * network: no shard available, a closed index, a full disk, a mapping of another version.
 */
export const isRefusal = (type: string): boolean => REFUSALS.has(type)
