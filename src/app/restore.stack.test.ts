/** A backup of the servers, restored into other servers and into a data folder. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { found, SEARCH_MS, seen, writeAllKinds } from '../testing/restored-documents.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { expectDone } from '../testing/topology-names.ts'
import { startTopology, type Topology, type TopologyOptions } from '../testing/topology.ts'
import { undoing } from '../testing/undoing.ts'

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
  const { word, ids } = await writeAllKinds(before.urls.http)
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
