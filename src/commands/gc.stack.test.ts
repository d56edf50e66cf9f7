import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pool } from 'pg'
import { openSearch } from '../ports/search/open.ts'
import { silentLogger } from '../runtime/logger.ts'
import { withoutTriggers } from '../testing/damages/target.ts'
import { eventually } from '../testing/deadline.ts'
import { ADDED_EXPIRED, addExpiring, NOT_EXPIRED } from '../testing/expired-rows.ts'
import { openKafkaAdmin } from '../testing/kafka-admin.ts'
import { stack } from '../testing/stack.ts'
import { startTopology } from '../testing/topology.ts'
import { undoing } from '../testing/undoing.ts'

test('gc removes tombstones beside the servers, and a group that reads everything again brings no document back', async (t) => {
  const undo = undoing(t)
  const topology = await startTopology({ document: 1, search: 1, indexer: 1 })
  undo.after(() => topology.stop())
  const { names, urls, cli } = topology
  const connectionString = Object.assign(new URL(stack.adminUrl), { pathname: `/${names.database}` }).href
  const pool = new Pool({ connectionString, max: 1 })
  undo.after(() => pool.end())
  const url = `elasticsearch:${stack.elasticsearchUrl}`
  const index = await openSearch(url, { index: names.index, log: silentLogger })
  undo.after(() => index.stop())
  const admin = openKafkaAdmin()
  undo.after(() => admin.close())

  const gc = async (...args: string[]): Promise<number> => {
    const { code, stdout, stderr } = await cli('gc', '--json', ...args)
    assert.equal(code, 0, stderr)
    const { tombstones } = JSON.parse(stdout) as { tombstones: number }
    t.diagnostic(`gc ${args.join()}: ${tombstones} ${stderr}`)
    return tombstones
  }
  const ids = await Promise.all(
    ['gone', 'going', 'kept'].map(async (title) => {
      const body = JSON.stringify({ title: `Ruff ${title}`, content: 'text', created_by: 'ada@example.com' })
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${urls.http}/documents`, { method: 'POST', headers, body })
      return ((await response.json()) as { id: string }).id
    }),
  )
  const [old, recent, kept] = ids as [string, string, string]
  for (const id of [old, recent]) await fetch(`${urls.http}/documents/${id}`, { method: 'DELETE' })
  const present = async (): Promise<string[]> => {
    const stored = await index.stored(ids)
    return ids.flatMap((id) => {
      const { deleted, version } = stored.get(id) ?? {}
      return version === undefined ? [] : [`${id} ${deleted ? 'deleted' : 'present'} ${version}`]
    })
  }
  const all = [`${old} deleted 2`, `${recent} deleted 2`, `${kept} present 1`]
  const isIndexed = async (): Promise<boolean> => (await present()).join() === all.join()
  await eventually('the index', isIndexed)
  const longAgo = "update documents.documents set deleted_at = now() - interval '49 hours' where id = $1"
  await withoutTriggers({ pool }, [[longAgo, [old]]])

  assert.equal(await gc('--dry-run'), 1)
  assert.deepEqual(await present(), all)
  assert.equal(await gc(), 1)
  assert.deepEqual(await present(), all.slice(1))
  const { code, stdout } = await cli('verify', '--json')
  assert.equal(code, 0, stdout)

  const [indexer] = topology.instances('indexer')
  await indexer!.stop()
  await admin.deleteGroups(names.group)
  await indexer!.start()
  await eventually('the index', isIndexed)
  const found = (await (await fetch(`${urls.http}/search?q=ruff`)).json()) as { documents: { id: string }[] }
  assert.deepEqual(
    found.documents.map(({ id }) => id),
    [kept],
  )
  assert.equal(await gc(), 1)
  assert.deepEqual(await present(), all.slice(1))
})

test('gc counts and removes what has expired on the servers', async (t) => {
  const undo = undoing(t)
  const topology = await startTopology({ document: 1 })
  undo.after(() => topology.stop())
  const connectionString = Object.assign(new URL(stack.adminUrl), {
    pathname: `/${topology.names.database}`,
  }).href
  const pool = new Pool({ connectionString, max: 1 })
  undo.after(() => pool.end())
  const left = await addExpiring(pool)
  for (const args of [['--dry-run'], []]) {
    const { code, stdout, stderr } = await topology.cli('gc', '--json', ...args)
    assert.equal(code, 0, stderr)
    assert.deepEqual((JSON.parse(stdout) as { expired: unknown }).expired, ADDED_EXPIRED)
  }
  assert.deepEqual(await left(), NOT_EXPIRED)
})
