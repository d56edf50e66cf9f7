/** What docmgr stores on its servers, read by other programs. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { packageRoot } from '../../testing/program.ts'
import { eventually } from '../../testing/deadline.ts'
import { stack } from '../../testing/stack.ts'
import { startTopology, type Topology } from '../../testing/topology.ts'
import { createDocument, send, sendJson, sign } from '../requests.ts'

const run = promisify(execFile)
const LIMIT_MS = 60_000

let topology: Topology
let base = ''
before(async () => {
  topology = await startTopology({ document: 1, signature: 1, indexer: 1 })
  base = topology.urls.http
})
after(() => topology?.stop())

interface Row {
  id: string
  version: number
  status: string
}

interface Consumed {
  partition: string
  key: unknown
  value: {
    op: string
    before: Row | null
    after: (Row & Record<string, unknown>) | null
    source: Record<string, unknown>
    ts_ms: number
  }
}

/** Reads a topic from its beginning, with the consumer of Kafka's own distribution, until there are so many events. */
async function consume(topic: string, count: number): Promise<Consumed[]> {
  const print = ['print.key=true', 'print.partition=true', 'key.separator=|'].flatMap((property) => [
    '--formatter-property',
    property,
  ])
  const { stdout } = await run(
    join(packageRoot(), 'docker/native/stack'),
    [
      ...[
        'exec',
        'kafka',
        'tool',
        'consumer.ConsoleConsumer',
        '--topic',
        topic,
        '--from-beginning',
        ...print,
      ],
      ...['--max-messages', String(count), '--timeout-ms', '30000'],
    ],
    { timeout: LIMIT_MS },
  )
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [partition = '', key = '', ...value] = line.split('|')
      return { partition, key: JSON.parse(key), value: JSON.parse(value.join('|')) }
    })
}

test("Kafka's own consumer reads Debezium's envelopes, keyed by document", async () => {
  const { id } = await createDocument(base, { title: 'Sales Agreement | Q4' })
  await sendJson('PATCH', `${base}/documents/${id}`, { status: 'sent' })
  const signature = (await sign(base, id, { signature_data: 'aGVsbG8=' })).body
  const { prefix } = topology.names

  const documents = await consume(`${prefix}.documents`, 3)
  assert.deepEqual(
    documents.map(({ key, value: { op, before, after } }) => [
      key,
      op,
      before && `${before.version} ${before.status}`,
      after && `${after.version} ${after.status}`,
    ]),
    [
      [{ id }, 'c', null, '1 created'],
      [{ id }, 'u', '1 created', '2 sent'],
      [{ id }, 'u', '2 sent', '3 signed'],
    ],
  )
  assert.equal(new Set(documents.map(({ partition }) => partition)).size, 1)
  const { source, after, ts_ms } = documents[0]!.value
  assert.deepEqual(
    [source['connector'], source['schema'], source['table'], source['snapshot'], source['db']],
    ['postgresql', 'documents', 'documents', 'false', topology.names.database],
  )
  for (const field of ['lsn', 'txId', 'ts_ms'])
    assert.ok(Number.isInteger(source[field]), `source.${field} is ${source[field]}`)
  assert.ok(ts_ms >= (source['ts_ms'] as number))
  assert.match(String(after!['created_at']), /^\d{4}-\d\d-\d\dT[\d:]+\.\d+Z$/)
  assert.equal(after!['s3_key'], `${id}/content`)

  const [signed] = await consume(`${prefix}.signatures`, 1)
  assert.deepEqual(signed!.key, { document_id: id })
  assert.deepEqual([signed!.value.op, signed!.value.after!.id], ['c', signature.id])
  assert.equal(signed!.value.source['table'], 'signatures')
  assert.doesNotMatch(JSON.stringify(signed), /aGVsbG8/, 'images never travel in events')
})

test('curl reads the search document through the alias', async () => {
  const { id, title } = await createDocument(base, { content: 'The parties agree.' })
  const curl = async (path: string): Promise<Record<string, never>> =>
    JSON.parse((await run('curl', ['-sS', `${stack.elasticsearchUrl}${path}`])).stdout)
  const { index } = topology.names
  const hit = await eventually(
    'the document to be found',
    async () => {
      const { hits } = await curl(`/${index}/_search?q=_id:${id}`)
      return hits?.['hits']?.[0] as { _version?: number; _source: Record<string, unknown> } | undefined
    },
    LIMIT_MS,
  )
  const document = (await send<Record<string, unknown>>(`${base}/documents/${id}`)).body
  for (const field of ['id', 'title', 'status', 'created_by', 'content_type', 'content_size', 'version'])
    assert.equal(hit._source[field], document[field], field)
  for (const field of ['created_at', 'updated_at'])
    assert.equal(Date.parse(String(hit._source[field])), Date.parse(String(document[field])), field)
  assert.equal(hit._source['title'], title)

  const versioned = Object.values(await curl(`/_alias/${index}`))
  assert.equal(versioned.length, 1)
  const { mappings } = Object.values(await curl(`/${index}/_mapping`))[0]! as {
    mappings: { properties: Record<string, { type: string; fields?: Record<string, { type: string }> }> }
  }
  const types = Object.fromEntries(
    Object.entries(mappings.properties).map(([field, { type, fields = {} }]) => [
      field,
      [type, ...Object.values(fields).map((sub) => sub.type)],
    ]),
  )
  const expected = {
    ...{ title: ['text', 'keyword'], created_by: ['text', 'keyword'] },
    ...{ status: ['keyword'], content_type: ['keyword'], content_size: ['long'], version: ['integer'] },
    ...{ created_at: ['date'], updated_at: ['date'] },
  }
  for (const [field, wanted] of Object.entries(expected))
    for (const type of wanted) assert.ok(types[field]?.includes(type), `${field}: ${String(types[field])}`)
})

test('redis-cli sees the cached document, its views and its viewers', async () => {
  const { id } = await createDocument(base)
  const redis = async (...args: string[]): Promise<string> =>
    (await run('redis-cli', ['-u', topology.names.redisUrl, ...args])).stdout.trim()
  const read = (): Promise<unknown> => send(`${base}/documents/${id}`)
  await read()
  await read()
  assert.ok((await redis('KEYS', 'document:*')).split('\n').includes(`document:${id}`))
  const document = JSON.parse(await redis('GET', `document:${id}`))
  assert.deepEqual([document.id, document.status, document.version], [id, 'created', 1])
  const seconds = Number(await redis('TTL', `document:${id}`))
  assert.ok(seconds > 200 && seconds <= 300, `kept for ${seconds} s`)
  assert.equal(await redis('GET', `views:${id}`), '2')
  assert.equal(await redis('PFCOUNT', `unique_views:${id}`), '1')
  const stats = await send<{ total_views: number; unique_views: number }>(`${base}/documents/${id}/stats`)
  assert.deepEqual([stats.body.total_views, stats.body.unique_views], [2, 1])
})
