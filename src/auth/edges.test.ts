/** The same tokens over every edge. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { WebSocket } from 'ws'
import { within } from '../testing/deadline.ts'
import { newId, startTestService, type TestService } from '../testing/test-service.ts'
import { TOKEN_CASES, TOKEN_SETTINGS } from '../testing/token-cases.ts'

let service: TestService
let grpc: Client
let document: string
before(async () => {
  service = await startTestService({
    roles: ['document', 'ws'],
    settings: { auth: { mode: 'required', secret: TOKEN_SETTINGS.secret }, listen: { grpc: 0 } },
  })
  document = await service.rows.add()
  grpc = new Client(service.grpc!, credentials.createInsecure())
})
after(async () => {
  grpc.close()
  await service.stop()
})

/** Each answers undefined, or why the token was refused. */
const EDGES: Record<string, (token: string) => Promise<string | undefined>> = {
  async REST(token) {
    const { status, headers, body } = await service.get('/documents', { authorization: `Bearer ${token}` })
    if (status === 200) return undefined
    assert.equal(status, 401)
    assert.match(headers.get('www-authenticate')!, /^Bearer error="invalid_token"/)
    return body.detail
  },
  async Connect(token) {
    const response = await service.request(
      'POST',
      '/document.DocumentService/DocumentExists',
      { documentId: newId() },
      { authorization: `Bearer ${token}` },
    )
    const { message } = (await response.json()) as { message?: string }
    assert.equal(response.status, message === undefined ? 200 : 401)
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
    const ws = new WebSocket(`${service.url.replace('http', 'ws')}/ws/${document}?token=${token}`)
    const first = Promise.race([once(ws, 'message'), once(ws, 'close')])
    const [data, reason] = await within(10_000, 'an answer', first)
    ws.close()
    if (typeof data !== 'number') return undefined
    assert.equal(data, 1008)
    return String(reason)
  },
}

for (const [edge, reasonOf] of Object.entries(EDGES)) {
  test(`${edge} accepts and refuses the same tokens as the others, with the reason`, async () => {
    for (const { name, make, reason } of TOKEN_CASES) {
      const answer = await reasonOf(make(Math.floor(Date.now() / 1000)))
      if (reason) assert.match(String(answer), reason, name)
      else assert.equal(answer, undefined, name)
      assert.doesNotMatch(String(answer), /ada@example|secret/, name)
    }
  })
}
