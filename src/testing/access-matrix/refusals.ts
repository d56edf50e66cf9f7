import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTried } from '../../domain/refusals.ts'
import { eventually } from '../deadline.ts'
import { type Caller, OWNER } from './callers.ts'
import { signedDocument } from './fixture.ts'
import { expectedOf, type Operation, operationsOf, statusOf } from './rest.ts'
import { bearer, type MatrixTarget, succeed, tokenOf } from './target.ts'

interface Entry {
  action: string
  by: string
  details: { tried?: string }
  values: { actor?: string; subject?: string; client_address?: string }
}

/** What is refused of the document that exists; whose body was not read, names none. */
function isRecorded(operation: Operation, caller: Caller): boolean {
  const expected = expectedOf(operation, caller, true)
  if (expected === 'done' || !isTried(operation.policy)) return false
  return operation.id !== 'createSignature' || (expected === 404 && caller.may !== undefined)
}

/** Everyone who was refused is in the history that the owner reads, once for what was tried, and nobody else. */
export async function testRefusals(target: MatrixTarget, callers: Record<string, Caller>): Promise<void> {
  const operations = await operationsOf(target)
  const historyOf = (id: string): Promise<Entry[]> =>
    succeed(`${target.http}/documents/${id}/history?limit=200`, 'GET', bearer(tokenOf(OWNER)))

  for (const [name, caller] of Object.entries(callers)) {
    void test(`what is refused to ${name} is in the history of the document`, async () => {
      const ids = await signedDocument(target)
      const refused = operations.filter((operation) => isRecorded(operation, caller))
      for (const operation of refused) assert.ok((await statusOf(operation, caller, ids)) > 400, operation.id)
      const tried = [...new Set(refused.map(({ policy }) => policy))].sort()
      const entries = await eventually(`${tried.join()} in the history`, async () => {
        const found = (await historyOf(ids.document)).filter(({ action }) => action === 'refused')
        return found.length >= tried.length && found
      })
      assert.deepEqual(entries.map(({ details }) => details.tried).sort(), tried)
      const kind = !caller.may ? 'anonymous' : caller.scopes ? 'key' : 'person'
      for (const { by, values } of entries) {
        assert.equal(by, kind)
        assert.equal(values.actor, caller.may && `email:${caller.user!.email}`)
        assert.match(values.client_address ?? '', /^[\d.]+$|:/)
      }
    })
  }
}
