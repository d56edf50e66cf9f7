import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../../../domain/errors.ts'
import { isElasticsearchError, translateClientError } from './client.ts'
import { blamesDocument, isRefusal } from './errors.ts'

/** Exception → HTTP status that Elasticsearch 8 gives it, and whether it blames the request or a document of it. */
const EXCEPTIONS: [type: string, status: number, isRefused: boolean, isDocuments: boolean][] = [
  ['document_parsing_exception', 400, false, true],
  ['mapper_parsing_exception', 400, false, true],
  ['parsing_exception', 400, true, true],
  ['x_content_parse_exception', 400, true, true],
  ['illegal_argument_exception', 400, true, false],
  ['action_request_validation_exception', 400, true, false],
  ['query_shard_exception', 400, true, false],
  ['too_many_nested_clauses', 400, true, false],
  ['mapper_exception', 500, false, false],
  ['json_e_o_f_exception', 400, false, false],
  ['strict_dynamic_mapping_exception', 400, false, false],
  ['index_closed_exception', 400, false, false],
  ['security_exception', 403, false, false],
  ['cluster_block_exception', 403, false, false],
  ['illegal_index_shard_state_exception', 404, false, false],
  ['index_shard_not_started_exception', 503, false, false],
  ['index_shard_closed_exception', 503, false, false],
  ['shard_not_found_exception', 404, false, false],
  ['circuit_breaking_exception', 429, false, false],
  ['cluster_block_exception', 429, false, false],
  ['es_rejected_execution_exception', 429, false, false],
  ['node_not_connected_exception', 500, false, false],
  ['remote_transport_exception', 500, false, false],
  ['already_closed_exception', 500, false, false],
  ['engine_exception', 500, false, false],
  ['i_o_exception', 500, false, false],
  ['null_pointer_exception', 500, false, false],
  ['timeout_exception', 503, false, false],
  ['engine_closed_exception', 503, false, false],
  ['cluster_block_exception', 503, false, false],
  ['node_closed_exception', 503, false, false],
  ['no_longer_primary_shard_exception', 503, false, false],
  ['shard_not_in_primary_mode_exception', 500, false, false],
  ['master_not_discovered_exception', 503, false, false],
  ['no_shard_available_action_exception', 503, false, false],
  ['unavailable_shards_exception', 503, false, false],
  ['process_cluster_event_timeout_exception', 503, false, false],
  ['an_exception_of_a_later_version', 500, false, false],
]

for (const [type, status, isRefused, isDocuments] of EXCEPTIONS) {
  test(`${status} ${type} is ${isRefused ? 'a refusal' : 'a passing failure'} of a request`, () => {
    assert.equal(isRefusal(type), isRefused)
    const direct = translateClientError({ statusCode: status, body: { error: { type, reason: 'why' } } })
    const cause = { type: 'search_phase_execution_exception', reason: 'all shards failed' }
    const root_cause = [{ type, reason: 'why' }]
    const ofShards = translateClientError({ statusCode: status, body: { error: { ...cause, root_cause } } })
    for (const error of [direct, ofShards]) {
      assert.equal(isElasticsearchError(error, type), isRefused, error.message)
      assert.equal(isProblem(error, 'unavailable'), !isRefused, error.message)
    }
    assert.equal(blamesDocument({ type, reason: 'why' }), isDocuments)
  })
}

test('an illegal argument of an item blames its document only for an immense term', () => {
  const type = 'illegal_argument_exception'
  const immense = 'Document contains at least one immense term in field="title"'
  assert.ok(blamesDocument({ type, reason: immense }))
  assert.ok(blamesDocument({ type, reason: 'failed', caused_by: { reason: immense } }))
  for (const reason of [
    "alias [documents] has more than one index associated with it [a, b], can't execute a single index op",
    'no write index is defined for alias [documents]',
    'Number of documents in shard [documents][0] exceeds the limit of [2147483519] documents per shard',
  ])
    assert.ok(!blamesDocument({ type, reason }), reason)
})

test('where several shards have failed, one that may work later decides', () => {
  const cause = { type: 'search_phase_execution_exception', reason: 'all shards failed' }
  const root_cause = [
    { type: 'query_shard_exception', reason: 'why' },
    { type: 'index_shard_not_started_exception', reason: 'why' },
  ]
  const error = translateClientError({ statusCode: 400, body: { error: { ...cause, root_cause } } })
  assert.ok(isProblem(error, 'unavailable'), error.message)
})

test('an answer without an exception is a passing failure, unless it says that the request is too large', () => {
  for (const status of [400, 404, 405, 502, 504])
    assert.ok(isProblem(translateClientError({ statusCode: status, body: '<html>' }), 'unavailable'))
  assert.ok(isProblem(translateClientError(new Error('connect ECONNREFUSED')), 'unavailable'))
  const tooLarge = translateClientError({ statusCode: 413, body: 'Request Entity Too Large' })
  assert.ok(isElasticsearchError(tooLarge) && tooLarge.status === 413)
})
