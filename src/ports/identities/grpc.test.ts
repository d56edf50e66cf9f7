import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../../domain/errors.ts'
import { createCallClient } from '../../rpc/call-client.ts'
import { IdentityService } from '../../rpc/gen/docmgr/identity_pb.ts'
import { createUuidV7 } from '../../runtime/ids.ts'
import { testContext, userContext } from '../../testing/context.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { serveDocuments } from '../../testing/grpc.ts'
import { openMemoryDocuments } from '../../testing/memory-documents.ts'
import { serviceTokens } from '../../testing/service-tokens.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { identitiesContractSuite } from './contract-suite.ts'
import { openGrpcIdentities } from './grpc.ts'
import { openLocalIdentities } from './local.ts'
import { createIdentityService } from './service.ts'

const { pool } = await openTestDatabase(TEST_FILE)
const server = await serveDocuments(openMemoryDocuments(), {
  identities: createIdentityService(openLocalIdentities(pool)),
})
TEST_FILE.after(() => server.stop(500))
const options = { url: `grpc://127.0.0.1:${server.port}`, deadlineMs: 5_000, serviceTokens }

identitiesContractSuite('grpc', async () => {
  const identities = openGrpcIdentities({ ...options, newId: createUuidV7() })
  return { identities, pool, stop: () => identities.stop() }
})

test('only what authenticates requests may ask who someone is', async () => {
  const client = createCallClient([IdentityService], options)
  TEST_FILE.after(() => client.stop())
  const user = { kind: 'user', id: 'identity-reader', email: 'a@example.com', admin: true } as const
  for (const context of [userContext(user), testContext()]) {
    const asked = client.call(IdentityService.method.listDisabled, {}, context)
    await assert.rejects(
      asked,
      (error) =>
        isProblem(error, 'unavailable') && /may not call this method for a client/.test(error.message),
    )
  }
})
