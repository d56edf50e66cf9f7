/** README's way to back up servers with their own tools, step by step. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createClient } from 'redis'
import { createDocument, uniqueWord } from '../acceptance/requests.ts'
import { eventually } from '../testing/deadline.ts'
import { openKafkaAdmin } from '../testing/kafka-admin.ts'
import { found, SEARCH_MS, seen, writeAllKinds } from '../testing/restored-documents.ts'
import { copyBucket, makeBuckets, removeBuckets } from '../testing/stack-buckets.ts'
import { asAdmin, dropDatabase } from '../testing/stack-database.ts'
import { stack } from '../testing/stack.ts'
import { expectDone, type TopologyNames } from '../testing/topology-names.ts'
import { startTopology } from '../testing/topology.ts'
import { undoing } from '../testing/undoing.ts'

const run = promisify(execFile)
/** PgBouncer's schema is in every database that the server creates. */
const DUMP = ['--format=custom', '--exclude-schema=pgbouncer']
const BUCKETS = ['documents', 'signatures', 'previews']
const TOPICS = ['documents', 'signatures', 'dead-letters', 'peers']

/** Empties the servers and puts the copy of the objects, then the dump, back. */
async function putBack(
  names: TopologyNames,
  copyOf: (bucket: string) => string,
  dump: string,
): Promise<void> {
  const own = BUCKETS.map((bucket) => names.bucketPrefix + bucket)
  await removeBuckets(own)
  await makeBuckets(own)
  for (const bucket of own) await copyBucket(copyOf(bucket), bucket)
  const { database, directUrl } = names
  const owner = new URL(stack.databaseDirectUrl).username
  await asAdmin(async (admin) => {
    await dropDatabase(admin, database)
    await admin.query(`create database ${database} owner ${owner}`)
  })
  await run('pg_restore', ['--exit-on-error', `--dbname=${directUrl}`, dump])
}

/** Topics, cache and index have states that are newer than the dump. */
async function removeDerived({ prefix, redisUrl, index }: TopologyNames): Promise<void> {
  const admin = openKafkaAdmin()
  await admin.deleteTopics(TOPICS.map((topic) => `${prefix}.${topic}`))
  await admin.close()
  const redis = await createClient({ url: redisUrl }).connect()
  // Other tests use the other databases.
  await redis.flushDb()
  redis.destroy()
  const aliases = await fetch(`${stack.elasticsearchUrl}/_cat/aliases/${index}?h=index`)
  const name = (await aliases.text()).trim()
  assert.notEqual(name, '')
  const deleted = await fetch(`${stack.elasticsearchUrl}/${name}`, { method: 'DELETE' })
  assert.equal(deleted.status, 200)
}

test("a dump of the servers' own tools is restored as README says, and verify finds nothing", async (t) => {
  const undo = undoing(t)
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-dump-'))
  undo.after(() => rm(folder, { recursive: true }))
  const dump = join(folder, 'docmgr.dump')
  const topology = await startTopology({ document: 1, signature: 1, search: 1, indexer: 1 })
  undo.after(() => topology.stop())
  const { names, urls, cli } = topology
  const copyOf = (bucket: string): string => `${bucket}-copy`
  const copies = BUCKETS.map((bucket) => copyOf(names.bucketPrefix + bucket))
  await makeBuckets(copies)
  undo.after(() => removeBuckets(copies))

  const { word, ids } = await writeAllKinds(urls.http)
  const wanted = await Promise.all(ids.map((id) => seen(urls.http, id)))
  await run('pg_dump', [...DUMP, `--file=${dump}`, names.directUrl])
  // What comes between the two copies has an object and no row.
  const late = await createDocument(urls.http, { content: `later ${uniqueWord()}` })
  for (const bucket of BUCKETS)
    await copyBucket(names.bucketPrefix + bucket, copyOf(names.bucketPrefix + bucket))
  const lost = await createDocument(urls.http, { content: `lost ${uniqueWord()}` })
  await Promise.all(ids.map((id) => seen(urls.http, id)))

  const roles = (['document', 'signature', 'search', 'indexer'] as const).flatMap(topology.instances)
  await Promise.all(roles.map((instance) => instance.stop()))
  await topology.removeConnector()
  await putBack(names, copyOf, dump)
  await removeDerived(names)
  expectDone(await cli('migrate'))
  await topology.applyConnector()
  await Promise.all(roles.map((instance) => instance.start()))
  expectDone(await cli('reindex'))
  expectDone(await cli('verify'))

  assert.deepEqual(await Promise.all(ids.map((id) => seen(urls.http, id))), wanted)
  await eventually('the text', async () => (await found(urls.http, word))[0] === ids[0], SEARCH_MS)
  for (const { id } of [late, lost]) assert.equal((await fetch(`${urls.http}/documents/${id}`)).status, 404)
  const { id } = await createDocument(urls.http, { content: `new ${word}x` })
  await eventually('a new text', async () => (await found(urls.http, `${word}x`))[0] === id, SEARCH_MS)
  expectDone(await cli('verify'))
})
