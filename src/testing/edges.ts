import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { WebSocket } from 'ws'
import { within } from './deadline.ts'
import { newId, type TestService } from './test-service.ts'
import { type Undo, undoing } from './undoing.ts'

/** Where requests arrive. Each answers undefined, or why a token was refused, which it sends in its own way. */
export type Edges = Record<
  'REST' | 'Connect' | 'gRPC' | 'WebSocket' | 'SSE',
  (token: string) => Promise<string | undefined>
>

/**
 * The edges of a service in mode `required` with the roles document and ws, and a port for gRPC.
 * @param ws where the role ws runs, if it has a process of its own
 */
export async function openEdges(service: TestService, t: Undo, ws = service): Promise<Edges> {
  const document = await service.rows.add()
  const grpc = new Client(service.grpc!, credentials.createInsecure())
  undoing(t).after(() => grpc.close())
  const headersOf = (token: string) => ({ authorization: `Bearer ${token}` })
  const answerOf = async (to: TestService, path: string, token: string): Promise<string | undefined> => {
    const response = await to.request('GET', path, undefined, headersOf(token))
    if (response.status === 200) {
      await response.body!.cancel()
      return undefined
    }
    if (response.status === 401)
      assert.match(response.headers.get('www-authenticate')!, /^Bearer error="invalid_token"/)
    else assert.equal(response.status, 403)
    return ((await response.json()) as { detail: string }).detail
  }
  return {
    REST: (token) => answerOf(service, '/documents', token),
    SSE: (token) => answerOf(ws, `/documents/${document}/events`, token),
    async Connect(token) {
      const path = '/document.DocumentService/DocumentExists'
      const response = await service.request('POST', path, { documentId: newId() }, headersOf(token))
      const { message } = (await response.json()) as { message?: string }
      if (message === undefined) assert.equal(response.status, 200)
      else assert.ok([401, 403].includes(response.status))
      return message
    },
    gRPC: (token) =>
      new Promise((resolve) => {
        const metadata = new Metadata()
        metadata.set('authorization', `Bearer ${token}`)
        const raw = (bytes: Buffer): Buffer => bytes
        const request = Buffer.concat([Buffer.from([0x0a, 36]), Buffer.from(newId())])
        const done = (error: ServiceError | null): void => resolve(error?.details)
        grpc.makeUnaryRequest('/document.DocumentService/DocumentExists', raw, raw, request, metadata, done)
      }),
    async WebSocket(token) {
      const socket = new WebSocket(`${ws.url.replace('http', 'ws')}/ws/${document}?token=${token}`)
      const first = Promise.race([once(socket, 'message'), once(socket, 'close')])
      const [data, reason] = await within(10_000, 'an answer', first)
      socket.close()
      if (typeof data !== 'number') return undefined
      assert.equal(data, 1008)
      return String(reason)
    },
  }
}
