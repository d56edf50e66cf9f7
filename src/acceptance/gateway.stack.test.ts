/**
 * The acceptance suite through the gateway, with each role in processes of its own, as ACCEPTANCE_TARGET demands of all
 * stack tests.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, after, afterEach, before, test } from 'node:test'
import { promisify } from 'node:util'
import { packageRoot } from '../testing/program.ts'
import { joinTopology } from './target-distributed.ts'
import './documents.test.ts'
import './signatures.test.ts'
import './flow.test.ts'
import './model.test.ts'

let target: Awaited<ReturnType<typeof joinTopology>>
let shown = false

before(async () => {
  assert.equal(process.env['ACCEPTANCE_TARGET'], 'topology', 'run it with `npm run test:stack`')
  target = await joinTopology()
})
afterEach((t) => {
  const { passed } = t as { passed?: boolean }
  if (shown || passed !== false) return
  // Once: later failures would repeat its lines.
  shown = true
  ;(t as TestContext).diagnostic(target.output())
})
after(() => target.stop())

test('another gRPC client calls the document role', async () => {
  const stack = join(packageRoot(), 'docker/native/stack')
  const { grpc, http } = target.urls
  const { stdout } = await promisify(execFile)(stack, ['exec', 'grpcio', 'check', grpc, http], {
    timeout: 120_000,
  })
  assert.match(stdout, /\S/)
})

test('the suites sent their requests to the gateway', async () => {
  const { headers } = await fetch(`${target.urls.http}/documents`)
  assert.match(headers.get('server') ?? '', /nginx/)
})
