/** The acceptance suite as it is, through the gateway, against every role as processes of its own. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { packageRoot } from '../runtime/package-root.ts'
import { sharedTopology } from './target-topology.ts'
import './documents.test.ts'
import './signatures.test.ts'
import './flow.test.ts'

test('a gRPC client that is not docmgr speaks to the document role', async () => {
  const { urls } = await sharedTopology()
  const script = join(packageRoot(), 'docker/native/grpcio.sh')
  const { stdout } = await promisify(execFile)(script, ['check', urls.grpc, urls.http], { timeout: 120_000 })
  assert.match(stdout, /\S/)
})
