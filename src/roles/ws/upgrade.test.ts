import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { type ClientOptions, WebSocket } from 'ws'
import { AWAY_DOCUMENTS } from '../../testing/away-documents.ts'
import { eventually } from '../../testing/deadline.ts'
import { insertDocument } from '../../testing/changes.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { newId, startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document', 'ws'] }, TEST_FILE)
const { rows, token } = service
const POSITION = `${'0'.repeat(16)}-${'0'.repeat(16)}-${'0'.repeat(8)}`

interface Handshake {
  query?: Record<string, string> | [string, string][]
  headers?: Record<string, string>
  protocols?: string[]
}

/** What a handshake is answered with: a problem, or the first message. */
async function shake(
  path: string,
  { query = {}, headers = {}, protocols = [] }: Handshake,
  url = service.url,
) {
  const options: ClientOptions = { headers }
  const ws = new WebSocket(
    `${url.replace('http', 'ws')}${path}?${new URLSearchParams(query)}`,
    protocols,
    options,
  )
  ws.on('error', () => {})
  const answer = await Promise.race([
    once(ws, 'unexpected-response').then(async ([, response]) => {
      const { statusCode: status, headers } = response as IncomingMessage
      let text = ''
      for await (const chunk of response as IncomingMessage) text += chunk
      return {
        status: status!,
        headers,
        ...(JSON.parse(text) as { type: string; detail: string; errors?: object[] }),
      }
    }),
    once(ws, 'message').then(([bytes]) => ({
      status: 101,
      ...JSON.parse(String(bytes)),
      protocol: ws.protocol,
    })),
    once(ws, 'close').then(([code, reason]) => ({ status: code as number, detail: String(reason) })),
  ])
  ws.terminate()
  return answer
}

test('what is wrong with a subscription is a problem before the upgrade, which names the field', async () => {
  const id = await rows.add()
  const query = { token: token() }
  const cases = [
    [`/ws/${id}`, { ...query, last: 'junk' }, 400, 'query.last'],
    [`/ws/${id}`, { ...query, last: `${POSITION}~0` }, 400, 'query.last'],
    [`/ws/${id}`, { ...query, last: 'x'.repeat(1_000) }, 400, 'query.last'],
    ['/ws', { ...query, last: ' start' }, 400, 'query.last'],
    [`/ws/${id}`, { ...query, lastt: POSITION }, 422, 'query.lastt'],
    ['/ws/no-uuid', query, 422, 'path.document_id'],
    [`/ws/${id}%20`, query, 422, 'path.document_id'],
  ] as const
  for (const [path, query, status, field] of cases) {
    const answer = await shake(path, { query })
    assert.equal(answer.status, status, path)
    assert.equal(answer.headers['content-type'], 'application/problem+json')
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.equal((answer.errors as { field: string }[])[0]!.field, field)
  }
  assert.equal((await shake(`/ws/${id}`, { query: { ...query, last: '' } })).data.resumed, false)
  for (const name of ['last', 'token', 'ticket']) {
    const twice: [string, string][] = [
      [name, 'start'],
      [name, 'start'],
    ]
    const { status, errors } = await shake(`/ws/${id}`, { query: twice })
    assert.deepEqual([status, errors], [422, [{ field: `query.${name}`, detail: 'must be given once' }]])
  }
})

test('documents that do not exist are refused, others never', async () => {
  const unknown = await shake(`/ws/${newId()}`, { query: { token: token() } })
  assert.deepEqual([unknown.status, unknown.type], [404, 'urn:docmgr:problem:document-not-found'])
  for (let index = 0; index < 20; index++) {
    const id = await insertDocument(service.database.pool)
    assert.equal((await shake(`/ws/${id}`, { query: { token: token() } })).status, 101)
  }
  // A client without a token does not learn what exists.
  assert.equal((await shake(`/ws/${newId()}`, { query: { token: 'x.y.z' } })).status, 1008)
})

test('a deleted document is refused, except to a client that has still to learn of it', async () => {
  const id = await rows.add()
  const { position } = (await shake(`/ws/${id}`, { query: { token: token() } })).data
  assert.equal((await service.send('DELETE', `/documents/${id}`)).status, 204)
  await eventually('the deletion', () =>
    service.events.some(({ key, value }) => key === id && value.after?.['deleted_at' as never]),
  )
  assert.equal((await shake(`/ws/${id}`, { query: { token: token() } })).status, 404)
  assert.equal((await shake(`/ws/${id}`, { query: { token: token(), last: 'start' } })).status, 404)
  const client = await service.connect(id, { last: position })
  const deleted = await client.message('document.deleted')
  client.close()
  assert.equal((await shake(`/ws/${id}`, { query: { token: token(), last: deleted.position! } })).status, 404)
})

test('while the document role is away, every document is taken to exist', async (t) => {
  const alone = await startTestService({ roles: ['ws'], overrides: { documents: AWAY_DOCUMENTS } }, t)
  const client = await alone.connect(newId())
  await client.message('connection.established')
  client.close()
})

test('a token is accepted in a header and as a subprotocol, which is not selected', async () => {
  const id = await rows.add()
  const header = await shake(`/ws/${id}`, { headers: { authorization: `Bearer ${token()}` } })
  assert.deepEqual([header.type, header.protocol], ['connection.established', ''])
  for (const protocols of [
    ['docmgr.v1', `bearer.${token()}`],
    [`bearer.${token()}`, 'docmgr.v1'],
  ]) {
    const answer = await shake(`/ws/${id}`, { protocols })
    assert.deepEqual([answer.type, answer.protocol], ['connection.established', 'docmgr.v1'])
  }
  const alone = await shake(`/ws/${id}`, { protocols: [`bearer.${token()}`] })
  assert.equal(alone.status, 400)
  assert.deepEqual(alone.errors, [
    { field: 'header.sec-websocket-protocol', detail: 'must offer docmgr.v1 beside bearer.TOKEN' },
  ])
  const refused = await shake(`/ws/${id}`, { headers: { authorization: 'Bearer x.y.z' } })
  assert.equal(refused.status, 401)
  assert.match(refused.headers['www-authenticate'], /^Bearer error="invalid_token"/)
  assert.equal((await shake(`/ws/${id}`, { protocols: ['docmgr.v1', 'bearer.x.y.z'] })).status, 1008)
})

test('a ticket opens one connection', async () => {
  const id = await rows.add()
  const issue = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${token()}` }
    const { status, body } = await service.send('POST', '/auth/ticket', undefined, headers)
    assert.equal(status, 201)
    assert.equal(body.expires_in, 30)
    return body.ticket as string
  }
  const [ticket, other] = [await issue(), await issue()]
  const answers = await Promise.all([1, 2, 3].map(() => shake(`/ws/${id}`, { query: { ticket } })))
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [1008, 1008, 101])
  // What is refused for another reason does not use it up.
  assert.equal((await shake(`/ws/${id}`, { query: { ticket: other, last: 'junk' } })).status, 400)
  assert.equal((await shake(`/ws/${id}`, { query: { ticket: other } })).status, 101)
  for (const bad of ['x', `${other.slice(0, -1)}_`, token()])
    assert.match((await shake(`/ws/${id}`, { query: { ticket: bad } })).detail, /^the ticket is not accepted/)
})

test('a request without an upgrade is answered with 426', async () => {
  for (const path of ['/ws', '/ws/', `/ws/${newId()}`, '/ws/no-uuid', `/ws/${newId()}?token=x&last=y`]) {
    const { status, headers, body } = await service.get(path)
    assert.deepEqual([status, headers.get('upgrade')], [426, 'websocket'], path)
    assert.equal(body.type, 'urn:docmgr:problem:upgrade-required')
  }
})
