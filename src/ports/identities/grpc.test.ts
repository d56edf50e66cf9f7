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
import { serviceTokens, serviceTokensOf } from '../../testing/service-tokens.ts'
import { appTokens } from '../../testing/test-app.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { identitiesContractSuite } from './contract-suite.ts'
import { openGrpcIdentities } from './grpc.ts'
import { openLocalIdentities } from './local.ts'
import { createIdentityService } from './service.ts'

const { pool } = await openTestDatabase(TEST_FILE)
const server = await serveDocuments(openMemoryDocuments(), {
  identities: createIdentityService(openLocalIdentities(pool, appTokens)),
})
TEST_FILE.after(() => server.stop(500))
const options = { url: `grpc://127.0.0.1:${server.port}`, deadlineMs: 5_000, serviceTokens }
const asWs = { ...options, serviceTokens: serviceTokensOf('ws') }

identitiesContractSuite('grpc', async () => {
  const identities = openGrpcIdentities({ ...asWs, newId: createUuidV7() })
  return { identities, pool, stop: () => identities.stop() }
})

test('many calls at a time are no leak of listeners', async (t) => {
  const warnings: string[] = []
  const onWarning = ({ name }: Error): void => void warnings.push(name)
  process.on('warning', onWarning)
  t.after(() => process.off('warning', onWarning))
  const identities = openGrpcIdentities({ ...asWs, newId: createUuidV7() })
  TEST_FILE.after(() => identities.stop())
  const asked = Array.from({ length: 20 }, () => identities.listDisabled())
  await Promise.all(asked)
  assert.deepEqual(warnings, [])
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

test('no role but ws has a token signed, and none where tokens are required', async () => {
  const required = await serveDocuments(openMemoryDocuments(), {
    mode: 'required',
    identities: createIdentityService(openLocalIdentities(pool, appTokens)),
  })
  TEST_FILE.after(() => required.stop(500))
  const url = `grpc://127.0.0.1:${required.port}`
  for (const [asking, reason] of [
    [options, /may not call this method/],
    [{ ...asWs, url }, /where tokens are required/],
  ] as const) {
    const identities = openGrpcIdentities({ ...asking, newId: createUuidV7() })
    TEST_FILE.after(() => identities.stop())
    await assert.rejects(
      identities.signToken({ id: 'u1', email: 'ada@example.com' }),
      (error) => isProblem(error, 'unavailable') && reason.test(error.message),
    )
  }
})
