import assert from 'node:assert/strict'
import { test } from 'node:test'
import { status } from '@grpc/grpc-js'
import { DocumentService } from '../../rpc/gen/document_pb.ts'
import { isTried } from '../../domain/refusals.ts'
import { eventually } from '../deadline.ts'
import { type Caller, overRpc, OWNER } from './callers.ts'
import { openSubscriber } from './events.ts'
import { ownedDocument, signedDocument } from './fixture.ts'
import { expectedOf, type Operation, operationsOf, statusOf } from './rest.ts'
import { openCalls } from './rpcs.ts'
import { bearer, type MatrixTarget, request, succeed, tokenOf } from './target.ts'

interface Entry {
  action: string
  by: string
  details: { tried?: string }
  values: { actor?: string; subject?: string; client_address?: string }
}

const isRecorded = (operation: Operation, caller: Caller): boolean =>
  isTried(operation.policy) && expectedOf(operation, caller, true) !== 'done'

/** Each way to a document but the operations of REST: returns what was tried, if it was refused. */
const WAYS: Record<
  string,
  (target: MatrixTarget, caller: Caller, document: string) => Promise<'read' | 'change' | 'sign' | undefined>
> = {
  'a WebSocket': async (target, caller, document) => {
    const { ws, status } = openSubscriber(target, `/ws/${document}`, caller)
    const answer = await status.finally(() => ws.terminate())
    return answer === 101 ? undefined : 'read'
  },
  'an event stream': async ({ http }, { headers }, document) => {
    const response = await request(`${http}/documents/${document}/events`, 'GET', headers)
    await response.body!.cancel()
    return response.status === 200 ? undefined : 'read'
  },
  'POST /signatures': async ({ http }, { headers, user }, document) => {
    const body = { document_id: document, signer_email: user?.email ?? 'x@example.com', signer_name: 'X' }
    const response = await request(`${http}/signatures`, 'POST', headers, body)
    return response.status === 201 ? undefined : 'sign'
  },
  ...Object.fromEntries(
    (['gRPC', 'Connect'] as const).flatMap((protocol) =>
      DocumentService.methods.map((method) => [
        `${method.name} over ${protocol}`,
        async (target: MatrixTarget, { headers }: Caller, documentId: string) => {
          const tried = method.localName === 'updateDocumentStatus' ? 'change' : 'read'
          const fields = { documentId, ...(tried === 'change' && { status: 'sent' }) }
          const { code, exists } = await openCalls(target)[protocol](method, fields, headers)
          const isDone = code === status.OK && (exists || method.name !== 'DocumentExists')
          return isDone ? undefined : tried
        },
      ]),
    ),
  ),
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
      for (const entry of entries) checkWho(entry, caller)
    })
  }

  for (const [way, attempt] of Object.entries(WAYS)) {
    void test(`who is refused by ${way} is in the history of the document`, async () => {
      for (const [name, one] of Object.entries(callers)) {
        const caller = / over (gRPC|Connect)$/.test(way) ? overRpc(one) : one
        // What a role calls for itself is about no client.
        if (caller.role !== undefined && way.endsWith('gRPC')) continue
        const document = await ownedDocument(target)
        const tried = await attempt(target, caller, document)
        if (tried === undefined) continue
        const entries = await eventually(`${name} in the history`, async () => {
          const found = (await historyOf(document)).filter(({ action }) => action === 'refused')
          return found.length > 0 && found
        })
        assert.deepEqual(
          entries.map(({ details }) => details.tried),
          [tried],
          name,
        )
        checkWho(entries[0]!, caller)
      }
    })
  }
}

function checkWho({ by, values }: Entry, caller: Caller): void {
  assert.equal(by, !caller.may ? 'anonymous' : caller.scopes ? 'key' : 'person')
  assert.equal(values.actor, caller.may && `email:${caller.user!.email}`)
  assert.match(values.client_address ?? '', /^[\d.]+$|:/)
}
