import assert from 'node:assert/strict'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { isProblem } from '../../../domain/errors.ts'
import { eventually } from '../../../testing/deadline.ts'
import { sampleSearchDocument } from '../../../testing/sample-documents.ts'
import { newStackSearch } from '../../../testing/stack-search.ts'
import { stack } from '../../../testing/stack.ts'
import { openProxy } from '../../../testing/toxiproxy.ts'

const isUnavailable = (error: unknown): boolean => isProblem(error, 'unavailable')

test('while the server cannot be reached everything is unavailable, and works afterwards', async (t) => {
  const proxy = await openProxy(t, new URL(stack.elasticsearchUrl).host)
  const search = newStackSearch(t)
  await proxy.cut()
  const index = await search.open(`http://${proxy.host}:${proxy.port}`)
  await assert.rejects(index.check(), isUnavailable)
  await assert.rejects(index.index([sampleSearchDocument({ title: 'Maple' })]), isUnavailable)
  await assert.rejects(
    index.within('all').search({ q: 'maple', filters: {}, from: 0, size: 1 }),
    isUnavailable,
  )
  await proxy.restore()
  await index.check()
  await index.index([sampleSearchDocument({ title: 'Maple' })])
  await proxy.cut()
  await assert.rejects(index.versions(['x']), isUnavailable)
  await assert.rejects(index.index([sampleSearchDocument({ title: 'Maple' })]), isUnavailable)
  await proxy.restore()
  // The refusals before it count as load, so that it may be found a moment later.
  await eventually('the document', async () => {
    const { total } = await index.within('all').search({ q: 'maple', filters: {}, from: 0, size: 1 })
    return total === 1
  })
})

/**
 * A proxy that answers the first requests to `path` itself, because a real server does not fail on demand, and passes on
 * all others.
 */
async function openFailingProxy(t: TestContext, answers: [status: number, body: object][], path = '_bulk') {
  const bulks: number[] = []
  const server: Server = createServer((request, response) => void forward(request, response))
  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const answer = request.url!.includes(path) ? answers[bulks.push(body.length) - 1] : undefined
    const headers = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }
    if (answer) {
      response.writeHead(answer[0], headers).end(JSON.stringify(answer[1]))
      return
    }
    const passed = await fetch(`${stack.elasticsearchUrl}${request.url}`, {
      method: request.method!,
      headers: {
        accept: request.headers.accept ?? '*/*',
        ...(body.length > 0 && { 'content-type': request.headers['content-type']! }),
      },
      ...(body.length > 0 && { body }),
    })
    response.writeHead(passed.status, headers).end(await passed.text())
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bulks }
}

const rejection = { error: { type: 'es_rejected_execution_exception', reason: 'queue is full' } }
const throttled = { index: { status: 429, ...rejection } }

test('only the documents that the server could not write are sent again', async (t) => {
  const conflict = { type: 'version_conflict_engine_exception', reason: 'current version [2] is higher' }
  const one = { errors: true, items: [{ index: { status: 409, error: conflict } }, throttled] }
  const { url, bulks } = await openFailingProxy(t, [
    [429, { ...rejection, status: 429 }],
    [200, one],
  ])
  const index = await newStackSearch(t).open(url)
  const documents = [
    sampleSearchDocument({ title: 'Poplar one' }),
    sampleSearchDocument({ title: 'Poplar two' }),
  ]
  await index.index(documents)
  assert.equal(bulks.length, 3)
  assert.ok(bulks[0] === bulks[1] && bulks[2]! < bulks[1]!, bulks.join())
  // 409 for the first one means that the index has it, which is a success.
  const versions = await index.versions(documents.map(({ id }) => id))
  assert.deepEqual([...versions.keys()], [documents[1]!.id])
})

test('a server that is always overloaded is unavailable after a limited number of attempts', async (t) => {
  const answers = Array.from({ length: 20 }, (): [number, object] => [429, { ...rejection, status: 429 }])
  const { url, bulks } = await openFailingProxy(t, answers)
  const index = await newStackSearch(t).open(url)
  await assert.rejects(index.index([sampleSearchDocument()]), isUnavailable)
  assert.equal(bulks.length, 6)
})

test('requests that are too large for a proxy are halved, and a single document is refused', async (t) => {
  const tooLarge: [number, object] = [413, { error: 'Request Entity Too Large' }]
  const { url, bulks } = await openFailingProxy(t, [tooLarge, tooLarge])
  const index = await newStackSearch(t).open(url)
  const documents = [sampleSearchDocument({ title: 'Willow 1' }), sampleSearchDocument({ title: 'Willow 2' })]
  await assert.rejects(index.index(documents), (error: Error) => {
    return /refuses document .*413/.test(error.message) && !isUnavailable(error)
  })
  assert.equal(bulks.length, 3)
  await eventually('the other one', async () => {
    return (await index.within('all').search({ q: 'willow', filters: {}, from: 0, size: 1 })).total === 1
  })
})

test('a document that cannot be read now is unavailable and is not refused', async (t) => {
  const document = sampleSearchDocument({ title: 'Sorbus' })
  const types = ['no_shard_available_action_exception', 'illegal_index_shard_state_exception']
  const docs = types.map((type) => [
    { _id: document.id, error: { type, reason: 'the shard is not there yet' } },
  ])
  const answers = docs.flatMap((docs): [number, object][] => Array(3).fill([200, { docs }]))
  const { url } = await openFailingProxy(t, answers, '_mget')
  const search = newStackSearch(t)
  await (await search.open()).index([document])
  const index = await search.open(url)
  for (const _ of types) {
    await assert.rejects(index.index([{ ...document, version: 2, content: null }]), isUnavailable)
    await assert.rejects(index.versions([document.id]), isUnavailable)
    await assert.rejects(index.index([{ ...document, version: 2, content: null }]), isUnavailable)
  }
  assert.deepEqual(await index.index([{ ...document, version: 2, content: null }]), { needContent: [] })
  assert.deepEqual([...(await index.versions([document.id])).values()], [2])
})

test('a search that the shards cannot answer now is unavailable, with any status', async (t) => {
  const root_cause = [{ type: 'illegal_index_shard_state_exception', reason: 'the shard is recovering' }]
  const error = { type: 'search_phase_execution_exception', reason: 'all shards failed', root_cause }
  const { url } = await openFailingProxy(t, [[404, { error, status: 404 }]], '_search')
  const index = await newStackSearch(t).open(url)
  await assert.rejects(index.within('all').search({ q: 'any', filters: {}, from: 0, size: 1 }), isUnavailable)
  assert.equal((await index.within('all').search({ q: 'any', filters: {}, from: 0, size: 1 })).total, 0)
})

test('a closed index is unavailable until it is open again', async (t) => {
  const search = newStackSearch(t)
  const index = await search.open()
  const document = sampleSearchDocument({ title: 'Juniper' })
  await index.index([document])
  await search.ask('POST', `/${search.alias}/_close`)
  await assert.rejects(index.index([{ ...document, version: 2 }]), isUnavailable)
  await assert.rejects(index.index([{ ...document, version: 2, content: null }]), isUnavailable)
  await assert.rejects(index.versions([document.id]), isUnavailable)
  await assert.rejects(
    index.within('all').search({ q: 'juniper', filters: {}, from: 0, size: 1 }),
    isUnavailable,
  )
  await search.ask('POST', `/${search.alias}/_open`)
  await search.ask('GET', `/_cluster/health/${search.alias}?wait_for_status=yellow&timeout=30s`)
  await index.index([{ ...document, version: 2 }])
})

test('a blocked index, as with a full disk, is unavailable until it is unblocked', async (t) => {
  const search = newStackSearch(t)
  const index = await search.open()
  await index.check()
  await search.ask('PUT', `/${search.alias}/_settings`, { 'index.blocks.write': true })
  await assert.rejects(index.index([sampleSearchDocument({ title: 'Aspen' })]), isUnavailable)
  await search.ask('PUT', `/${search.alias}/_settings`, { 'index.blocks.write': false })
  await index.index([sampleSearchDocument({ title: 'Aspen' })])
})

/** Gives the shard a new primary with a higher term, as after a failure. */
async function reopen(search: ReturnType<typeof newStackSearch>): Promise<void> {
  await search.ask('POST', `/${search.alias}/_close`)
  await search.ask('POST', `/${search.alias}/_open`)
  const { status } = await search.ask(
    'GET',
    `/_cluster/health/${search.alias}?wait_for_status=yellow&timeout=30s`,
  )
  assert.equal(status, 200)
}

test('documents that a failed primary acknowledged and lost are written again by the next request', async (t) => {
  const answers: [number, object][] = []
  const { url, bulks } = await openFailingProxy(t, answers)
  const search = newStackSearch(t)
  const index = await search.open(url)
  await index.index([sampleSearchDocument({ title: 'Rowan kept' })])
  const lost = { errors: false, items: [{ index: { status: 201, _primary_term: 1 } }] }
  answers[1] = [200, lost]
  const document = sampleSearchDocument({ title: 'Rowan lost', content: 'a copy of the berries' })
  await index.index([document])
  assert.equal((await index.versions([document.id])).size, 0)

  await reopen(search)
  // The first attempt to write it again fails, too.
  answers[3] = [429, { ...rejection, status: 429 }]
  await index.index([sampleSearchDocument({ title: 'Rowan next' })])
  assert.equal(bulks.length, 5)
  assert.deepEqual([...(await index.versions([document.id])).values()], [document.version])
  const { search: find } = index.within('all')
  // Under load it is found soon after it was written.
  const isFound = async () => (await find({ q: 'berries', filters: {}, from: 0, size: 1 })).total === 1
  await eventually('the lost document to be found', isFound)
})

test('documents that cannot be written again at once are written with a later request', async (t) => {
  const answers: [number, object][] = []
  const { url } = await openFailingProxy(t, answers)
  const search = newStackSearch(t)
  const index = await search.open(url)
  answers[0] = [200, { errors: false, items: [{ index: { status: 201, _primary_term: 1 } }] }]
  const document = sampleSearchDocument({ title: 'Hazel' })
  await index.index([document])
  await reopen(search)
  for (let n = 2; n < 7; n++) answers[n] = [429, { ...rejection, status: 429 }]
  await assert.rejects(index.index([sampleSearchDocument()]), isUnavailable)
  assert.equal((await index.versions([document.id])).size, 0)
  await index.index([sampleSearchDocument()])
  assert.equal((await index.versions([document.id])).size, 1)
})
