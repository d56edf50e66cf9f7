import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDocument, send } from '../acceptance/requests.ts'
import { openSocket } from '../acceptance/socket.ts'
import { startTopology } from './topology.ts'

test('instances join and leave behind the gateway, and nothing stays behind', async (t) => {
  const topology = await startTopology({ document: 1, signature: 1, search: 1, ws: 1, indexer: 1 })
  t.after(() => topology.stop())
  const { urls } = topology
  const { id } = await createDocument(urls.http)
  assert.equal((await send(`${urls.http}/documents/${id}`)).status, 200)
  const socket = await openSocket(urls, id)
  assert.equal((await socket.next()).type, 'connection.established')
  socket.close()
})
