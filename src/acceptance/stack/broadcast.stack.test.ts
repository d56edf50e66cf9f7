/** What several ws processes do together, each with some of the subscribers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../testing/deadline.ts'
import { startTopology } from '../../testing/topology.ts'
import { createDocument, send, sendJson } from '../requests.ts'
import { openSocket } from '../socket.ts'

test('an administrator reaches the subscribers of every instance, and all of them are counted', async (t) => {
  const topology = await startTopology({ document: 1, ws: 3 })
  t.after(() => topology.stop())
  const { urls } = topology
  const instances = [...topology.instances('ws')]
  const [one, other] = [(await createDocument(urls.document)).id, (await createDocument(urls.document)).id]
  // From the start, so that the news of the creation does not come between the broadcasts.
  const connect = async (ws: string, id: string) => {
    const socket = await openSocket({ ...urls, ws }, id, 'start')
    assert.equal((await socket.next()).type, 'connection.established')
    assert.equal((await socket.next()).type, 'document.created')
    return socket
  }
  const sockets = await Promise.all(instances.map(({ url }) => connect(url, one)))
  const elsewhere = await connect(instances[0]!.url, other)

  const countedAt = async (url: string): Promise<number[]> => {
    const { status, body } = await send<Record<string, number>>(`${url}/stats`)
    assert.equal(status, 200)
    return [body['total_connections']!, body['documents_with_subscribers']!]
  }
  for (const { url } of instances) {
    await eventually('all to know each other', async () => (await countedAt(url)).join() === '4,2')
  }

  const { stdout } = await topology.cli(
    'token',
    '--admin',
    '--user-id',
    'root',
    '--email',
    'root@example.com',
  )
  const authorization = `Bearer ${stdout.trim()}`
  const broadcast = async (note: string) => {
    const { status, body } = await sendJson<Record<string, unknown>>(
      'POST',
      `${urls.ws}/broadcast/${one}`,
      { note },
      { authorization },
    )
    assert.equal(status, 200)
    return body
  }
  const notes = Array.from({ length: 20 }, (_, number) => `note ${number}`)
  const answers = await Promise.all(notes.map(broadcast))
  for (const answer of answers) {
    assert.deepEqual(answer, { status: 'broadcasted', document_id: one, recipients: 3 })
  }
  const received = await Promise.all(sockets.map((socket) => socket.take(notes.length)))
  const order = received.map((messages) => messages.map(({ data }) => data['note']))
  assert.deepEqual(order[0]!.toSorted(), notes.toSorted())
  assert.deepEqual(order[1], order[0], 'all see them in the same order')
  assert.deepEqual(order[2], order[0])
  assert.ok(received.flat().every(({ type, position }) => type === 'broadcast' && position === undefined))

  await topology.retire(instances[2]!)
  assert.equal((await broadcast('two are left'))['recipients'], 2)
  await instances[1]!.kill()
  assert.equal((await broadcast('one is left'))['recipients'], 1)
  assert.deepEqual(await countedAt(instances[0]!.url), [2, 2])
  await instances[1]!.start()
  const again = await connect(instances[1]!.url, one)
  await eventually('the instance to be known again', async () => {
    const { recipients } = await broadcast('two again')
    return recipients === 2
  })
  assert.equal((await again.next()).data['note'], 'two again')
  for (const socket of [...sockets, elsewhere, again]) socket.close()
})
