import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../../../domain/errors.ts'
import { isElasticsearchError, translateClientError } from './client.ts'
import { isRefusal } from './errors.ts'

/** Exception → HTTP status that Elasticsearch 8 gives it, and whether it blames what was sent. */
const EXCEPTIONS: [type: string, status: number, isRefused: boolean][] = [
  ['document_parsing_exception', 400, true],
  ['mapper_parsing_exception', 400, true],
  ['illegal_argument_exception', 400, true],
  ['action_request_validation_exception', 400, true],
  ['parsing_exception', 400, true],
  ['x_content_parse_exception', 400, true],
  ['query_shard_exception', 400, true],
  ['too_many_nested_clauses', 400, true],
  ['strict_dynamic_mapping_exception', 400, false],
  ['index_closed_exception', 400, false],
  ['security_exception', 403, false],
  ['cluster_block_exception', 403, false],
  ['illegal_index_shard_state_exception', 404, false],
  ['shard_not_found_exception', 404, false],
  ['circuit_breaking_exception', 429, false],
  ['es_rejected_execution_exception', 429, false],
  ['node_not_connected_exception', 500, false],
  ['engine_closed_exception', 503, false],
  ['cluster_block_exception', 503, false],
  ['no_shard_available_action_exception', 503, false],
  ['unavailable_shards_exception', 503, false],
  ['process_cluster_event_timeout_exception', 503, false],
]

for (const [type, status, isRefused] of EXCEPTIONS) {
  test(`${status} ${type} is ${isRefused ? 'a refusal' : 'a passing failure'}`, () => {
    assert.equal(isRefusal(type), isRefused)
    const direct = translateClientError({ statusCode: status, body: { error: { type, reason: 'why' } } })
    const cause = { type: 'search_phase_execution_exception', reason: 'all shards failed' }
    const root_cause = [{ type, reason: 'why' }]
    const ofShards = translateClientError({ statusCode: status, body: { error: { ...cause, root_cause } } })
    for (const error of [direct, ofShards]) {
      assert.equal(isElasticsearchError(error, type), isRefused, error.message)
      assert.equal(isProblem(error, 'unavailable'), !isRefused, error.message)
    }
  })
}

test('an answer without an exception is a passing failure, unless it says that the request is too large', () => {
  for (const status of [400, 404, 405, 502, 504])
    assert.ok(isProblem(translateClientError({ statusCode: status, body: '<html>' }), 'unavailable'))
  assert.ok(isProblem(translateClientError(new Error('connect ECONNREFUSED')), 'unavailable'))
  const tooLarge = translateClientError({ statusCode: 413, body: 'Request Entity Too Large' })
  assert.ok(isElasticsearchError(tooLarge) && tooLarge.status === 413)
})
