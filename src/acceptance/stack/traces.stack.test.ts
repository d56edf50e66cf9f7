/** The same as in traces.test.ts, with each role in a process of its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTopology } from '../../testing/topology.ts'
import { startSpanReceiver } from '../../testing/span-receiver.ts'
import { eventually } from '../../testing/deadline.ts'
import { pathOf } from '../../testing/span-receiver.ts'
import type { Document } from '../facts.ts'
import { sendJson } from '../requests.ts'
import { checkTraceOfCreate } from '../trace-suite.ts'

test('one trace goes through every role and Kafka, and over gRPC', async (t) => {
  const receiver = await startSpanReceiver(t)
  const env = { DOCMGR_TRACING_URL: receiver.url }
  const topology = await startTopology({ document: 1, signature: 1, search: 1, ws: 1, indexer: 1 }, { env })
  t.after(() => topology.stop())
  await checkTraceOfCreate(topology.urls, receiver)
  const { http } = topology.urls
  const document = { title: 'signed', content: 'x', created_by: 'ada@example.com' }
  const { id } = (await sendJson<Document>('POST', `${http}/documents`, document)).body
  const signature = {
    document_id: id,
    signer_email: 'ada@example.com',
    signer_name: 'Ada',
    signature_data: Buffer.from('x').toString('base64'),
    ip_address: '203.0.113.7',
  }
  const answer = await sendJson('POST', `${http}/signatures`, signature)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  const call = 'document.DocumentService/UpdateDocumentStatus'
  await eventually('the call over gRPC', () => {
    const paths = receiver.spans.map((span) => pathOf(span, receiver.spans).join(' < '))
    return paths.includes(`UPDATE documents.documents < ${call} < ${call} < POST /signatures`)
  })
})
