import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { CLIENT_MESSAGES } from '../../roles/ws/answer-message.ts'
import { eventually, within } from '../deadline.ts'
import { TEST_FILE } from '../test-file.ts'
import { type Caller, OWNER } from './callers.ts'
import { ownedDocument, unknownIds } from './fixture.ts'
import { bearer, type MatrixTarget, succeed, tokenOf } from './target.ts'

const READABLE = (caller: Caller): boolean => caller.scopes?.includes('read') ?? true

/** A WebSocket and what it receives. `status`: of HTTP; 101 where it opened, 401 also where it was closed for that. */
export function openSubscriber(target: MatrixTarget, path: string, { headers }: Caller) {
  const ws = new WebSocket(target.http.replace('http', 'ws') + path, { headers })
  const received: { type: string; data?: { id?: string; document_id?: string } }[] = []
  ws.on('message', (bytes) => received.push(JSON.parse(String(bytes)) as (typeof received)[0]))
  const status = new Promise<number>((resolve) => {
    ws.on('unexpected-response', (_request, response) => resolve(response.statusCode!))
    ws.on('message', () => resolve(101)).on('close', (code) => resolve(code === 1008 ? 401 : code))
    ws.on('error', () => {})
  })
  const closed = new Promise<number>((resolve) => ws.on('close', resolve))
  TEST_FILE.after(() => ws.terminate())
  return { ws, received, closed, status: within(20_000, `an answer of ${path}`, status) }
}

/** The WebSockets, their messages and their events, for every caller. */
export function testEvents(target: MatrixTarget, callers: Record<string, Caller>): void {
  const all = Object.entries(callers)

  void test('a WebSocket of one document is for who may read it, that of all for everyone known', async () => {
    const document = await ownedDocument(target)
    for (const [name, caller] of all) {
      const { may } = caller
      const refusal = may ? (READABLE(caller) ? undefined : 403) : 401
      const statusOf = async (path: string): Promise<number> => {
        const { ws, status } = openSubscriber(target, path, caller)
        return status.finally(() => ws.terminate())
      }
      assert.equal(await statusOf('/ws'), refusal ?? 101, name)
      assert.equal(await statusOf(`/ws/${document}`), refusal ?? (may!.includes('read') ? 101 : 404), name)
      assert.equal(await statusOf(`/ws/${unknownIds().document}`), refusal ?? 404, name)
    }
  })

  for (const [type, { policy }] of Object.entries(CLIENT_MESSAGES)) {
    void test(`the message ${type} is for ${policy}`, async () => {
      for (const [name, caller] of all.filter(([, one]) => one.may && READABLE(one))) {
        const { ws, received, status } = openSubscriber(target, '/ws', caller)
        assert.equal(await status, 101, name)
        ws.send(JSON.stringify({ type }))
        const answer = await eventually(`an answer to ${type} of ${name}`, () =>
          received.find((message) => ['pong', 'error'].includes(message.type)),
        )
        assert.equal(answer.type, 'pong', name)
        ws.terminate()
      }
    })
  }

  void test('the WebSocket of all documents has the events of those that one may read', async () => {
    const subscribers = all
      .filter(([, one]) => one.may && READABLE(one))
      .map(([name, caller]) => ({ name, caller, ...openSubscriber(target, '/ws', caller) }))
    for (const { name, status } of subscribers) assert.equal(await status, 101, name)
    const document = await ownedDocument(target)
    const rename = (title: string) =>
      succeed(`${target.http}/documents/${document}`, 'PATCH', bearer(tokenOf(OWNER)), { title })
    await rename('First')
    const has = (received: (typeof subscribers)[0]['received']): boolean =>
      JSON.stringify(received).includes(document)
    for (const { name, caller, received } of subscribers)
      if (caller.may!.includes('read')) await eventually(`an event for ${name}`, () => has(received))
    // All of them have had what they get, and more happens.
    await rename('Second')
    for (const { name, caller, ws, received } of subscribers) {
      if (!caller.may!.includes('read')) assert.equal(has(received), false, name)
      ws.terminate()
    }
  })
}
