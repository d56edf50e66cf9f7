/** Every way to ask docmgr for something has a policy; access-matrix.test.ts tries them. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { policyOfCommand } from './commands/command-options.ts'
import { createProgram } from './commands/program.ts'
import { POLICIES } from './domain/policy.ts'
import { CLIENT_MESSAGES } from './roles/ws/answer-message.ts'
import { MESSAGE_SCHEMAS } from './roles/ws/message-schemas.ts'
import { file_docmgr_access } from './rpc/gen/docmgr/access_pb.ts'
import { file_docmgr_identity } from './rpc/gen/docmgr/identity_pb.ts'
import { file_document } from './rpc/gen/document_pb.ts'
import { policyOfCall } from './rpc/policies.ts'
import { packageRoot } from './runtime/package-root.ts'
import { TEST_FILE } from './testing/test-file.ts'
import { startTestService } from './testing/test-service.ts'

const isPolicy = (name: unknown): boolean => typeof name === 'string' && name in POLICIES

const MODES = ['open', 'required'] as const
const services = await Promise.all(
  MODES.map((mode) => startTestService({ roles: ['all'], settings: { auth: { mode } } }, TEST_FILE)),
)

for (const [index, service] of services.entries()) {
  const mode = MODES[index]
  test(`every operation of REST has a policy in mode ${mode}`, async () => {
    const { body } = await service.get('/openapi.json')
    const operations = Object.entries<Record<string, Record<string, unknown>>>(body.paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )
    assert.ok(operations.length > 30)
    const without = operations.filter(({ operation }) => !isPolicy(operation['x-policy']))
    assert.deepEqual(without, [])
  })

  test(`every path of the ws role has a policy in mode ${mode}, also those of WebSockets`, () => {
    const without = service.ws.endpoints.filter(({ policy }) => !isPolicy(policy))
    assert.deepEqual(without, [])
  })
}

test('every method of a service has a policy', () => {
  const files = [file_document, file_docmgr_access, file_docmgr_identity]
  const sources = readdirSync(join(packageRoot(), 'src/rpc/gen'), { recursive: true, encoding: 'utf8' })
  assert.equal(files.length, sources.filter((name) => name.endsWith('_pb.ts')).length)
  const methods = files.flatMap(({ services }) => services.flatMap((service) => service.methods))
  for (const { parent, name } of methods)
    assert.ok(isPolicy(policyOfCall(`/${parent.typeName}/${name}`)), `${parent.typeName}.${name}`)
})

test('every message of a client has a policy, and is described', () => {
  assert.deepEqual(Object.keys(CLIENT_MESSAGES), Object.keys(MESSAGE_SCHEMAS.client))
  for (const { policy } of Object.values(CLIENT_MESSAGES)) assert.ok(isPolicy(policy))
})

test('every command has a policy', () => {
  const program = createProgram({} as Parameters<typeof createProgram>[0], () => {})
  const without = program.commands.filter((command: Command) => !isPolicy(policyOfCommand(command)))
  assert.deepEqual(
    without.map((command) => command.name()),
    [],
  )
})
