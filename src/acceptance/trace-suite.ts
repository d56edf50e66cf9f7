import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { eventually } from '../testing/deadline.ts'
import type { ServiceUrls } from '../testing/service-process.ts'
import { pathOf, type SpanReceiver } from '../testing/span-receiver.ts'
import type { Document } from './facts.ts'
import { sendJson } from './requests.ts'
import { openSocket } from './socket.ts'

/** The SpanKind of OTLP: internal, server, client, producer, consumer. */
const SERVER = 2

/** One request, and what it leads to in all roles, has the trace of its caller. */
export async function checkTraceOfCreate(urls: ServiceUrls, receiver: SpanReceiver): Promise<void> {
  const trace = randomBytes(16).toString('hex')
  const caller = randomBytes(8).toString('hex')
  const document = { title: 'traced', content: 'a text to extract', created_by: 'ada@example.com' }
  const first = await sendJson<Document>('POST', `${urls.http}/documents`, document)
  const socket = await openSocket(urls, first.body.id)
  await socket.next()
  const headers = { traceparent: `00-${trace}-${caller}-01` }
  const created = await sendJson<Document>('POST', `${urls.http}/documents`, document, headers)
  assert.equal(created.status, 201)
  await sendJson('PATCH', `${urls.http}/documents/${first.body.id}`, { status: 'sent' }, headers)
  // That of the creation can come before it.
  while ((await socket.next()).type !== 'document.sent') continue
  socket.close()

  const post = 'POST /documents'
  const patch = 'PATCH /documents/:id'
  const wanted = [
    [post],
    ['put documents', post],
    ['INSERT documents.documents', post],
    ['process cdc.documents', post],
    ['read content', post],
    ['read documents', 'extract text', 'read content', post],
    ['extract text', 'read content', post],
    [patch],
    ['process cdc.documents', patch],
    ['send cdc.documents', patch],
  ].map((path) => path.join(' < '))
  const received = () => receiver.spans.filter(({ traceId }) => traceId === trace)
  let missing: string[] = []
  await eventually('the spans of every role', () => {
    const paths = received().map((span) => pathOf(span, received()).join(' < '))
    missing = wanted.filter((path) => !paths.includes(path))
    return missing.length === 0
  }).catch(() =>
    assert.deepEqual(
      missing,
      [],
      received()
        .map((span) => pathOf(span, received()).join(' < '))
        .join('\n'),
    ),
  )
  const request = received().find(({ name }) => name === post)!
  assert.deepEqual([request.parentSpanId, request.kind], [caller, SERVER])
  assert.ok(BigInt(request.endTimeUnixNano) >= BigInt(request.startTimeUnixNano))
  const attributes = Object.fromEntries(
    request.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
  )
  assert.deepEqual(attributes, {
    'http.request.method': 'POST',
    'http.route': '/documents',
    'http.response.status_code': 201,
    'url.scheme': 'http',
  })
}
