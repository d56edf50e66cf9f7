/** A backup of the servers, restored into other servers and into a data folder. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createDocument, send, sendJson, sign, uniqueWord } from '../acceptance/requests.ts'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { expectDone } from '../testing/topology-names.ts'
import { startTopology, type Topology, type TopologyOptions } from '../testing/topology.ts'
import { undoing } from '../testing/undoing.ts'

const IMAGE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkM9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
/** More than what the embedded profile keeps in the database. */
const LARGE = 100_000
const SEARCH_MS = 60_000

/** What clients see of a document. */
async function seen(http: string, id: string): Promise<unknown> {
  const at = `${http}/documents/${id}`
  const document = await send<Record<string, unknown>>(at, { method: 'GET' })
  // Texts are read again after a restore.
  if (typeof document.body === 'object') delete document.body['text']
  const content = await send(`${at}/content`)
  const signatures = await send(`${at}/signatures?include=signature_data`)
  return [document, content, signatures].map(({ status, body }) =>
    // A problem has the id of its request.
    status === 200 ? { status, body } : { status },
  )
}

async function found(http: string, word: string): Promise<string[]> {
  const { body } = await send<{ documents: { id: string }[] }>(`${http}/search?q=${word}`)
  return body.documents.map(({ id }) => id)
}

/** Documents of all kinds. @returns a word of the first one, and all ids */
async function write(http: string): Promise<{ word: string; ids: string[] }> {
  const word = uniqueWord()
  const one = await createDocument(http, { content: `The ${word} is in the first one.` })
  const large = await createDocument(http, { content: 'x'.repeat(LARGE) })
  const signed = await createDocument(http)
  const gone = await createDocument(http)
  assert.equal((await sign(http, signed.id, { signature_data: IMAGE })).status, 201)
  assert.equal((await sendJson('PATCH', `${http}/documents/${large.id}`, { status: 'sent' })).status, 200)
  assert.equal((await send(`${http}/documents/${gone.id}`, { method: 'DELETE' })).status, 204)
  await eventually('the text to be found', async () => (await found(http, word)).length === 1, SEARCH_MS)
  return { word, ids: [one, large, signed, gone].map(({ id }) => id) }
}

test('a backup of the servers is restored into empty servers, and into a data folder', async (t: TestContext) => {
  const undo = undoing(t)
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-restore-'))
  undo.after(() => rm(folder, { recursive: true }))
  const archive = join(folder, 'backup.tar.gz')
  const start = async (options: TopologyOptions = {}): Promise<Topology> => {
    const topology = await startTopology({ document: 1, signature: 1, search: 1, indexer: 1 }, options)
    undo.after(() => topology.stop())
    return topology
  }

  const before = await start()
  const { word, ids } = await write(before.urls.http)
  const wanted = await Promise.all(ids.map((id) => seen(before.urls.http, id)))
  expectDone(await before.cli('backup', archive))

  const after = await start({ archive })
  const restored = await Promise.all(ids.map((id) => seen(after.urls.http, id)))
  assert.deepEqual(restored, wanted)
  const isFound = async () => (await found(after.urls.http, word))[0] === ids[0]
  await eventually('the text to be found after the restore', isFound, SEARCH_MS)
  expectDone(await after.cli('verify'))

  const data = join(folder, 'laptop')
  expectDone(await runCli(['restore', archive, '--data', data], { limitMs: 120_000 }))
  const laptop = await startServiceProcess(data)
  undo.after(() => laptop.stop())
  assert.deepEqual(await Promise.all(ids.map((id) => seen(laptop.urls.http, id))), wanted)
})
