import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDocument, send } from '../acceptance/requests.ts'
import { openSocket } from '../acceptance/socket.ts'
import { eventually } from './deadline.ts'
import { asAdmin } from './stack-database.ts'
import { stack } from './stack.ts'
import { startTopology, type TopologyNames } from './topology.ts'

test('instances join and leave behind the gateway, and nothing of them stays', async (t) => {
  const topology = await startTopology({ document: 1, signature: 1, search: 1, ws: 1, indexer: 1 })
  t.after(() => topology.stop())
  const { urls, names } = topology
  try {
    const { id, title } = await createDocument(urls.http)
    const socket = await openSocket(urls, id)
    assert.equal((await socket.next()).type, 'connection.established')
    await eventually('the document to be found', async () => {
      const { body } = await send<{ total: number }>(`${urls.search}/search?q=${encodeURIComponent(title)}`)
      return body.total === 1
    })
    socket.close()

    const [first] = topology.instances('document')
    const second = await topology.replace(first!)
    assert.deepEqual(topology.instances('document'), [second])
    assert.equal(first!.running, false)
    assert.equal((await send(`${urls.http}/documents/${id}`)).status, 200)

    await second.kill()
    await second.start()
    assert.equal((await send(`${urls.http}/documents/${id}`)).status, 200)
    assert.deepEqual(await leftOf(names), { database: true, slot: true, connector: true, index: true })
  } catch (error) {
    throw new Error(topology.output(), { cause: error })
  }
  await topology.stop()
  assert.deepEqual(await leftOf(names), { database: false, slot: false, connector: false, index: false })
})

/** What the servers still have of it. */
async function leftOf({ database, slot, connector, index }: TopologyNames) {
  const count = (query: string, name: string): Promise<boolean> =>
    asAdmin(async (admin) => (await admin.query(query, [name])).rowCount === 1)
  const connectors = (await (await fetch(`${stack.connectUrl}/connectors`)).json()) as string[]
  const indices = (await (
    await fetch(`${stack.elasticsearchUrl}/_cat/indices/${index}*?format=json`)
  ).json()) as unknown[]
  return {
    database: await count('select from pg_database where datname = $1', database),
    slot: await count('select from pg_replication_slots where slot_name = $1', slot),
    connector: connectors.includes(connector),
    index: indices.length > 0,
  }
}
