import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Pool } from 'pg'
import { type FlagValue, loadConfig } from '../config/load-config.ts'
import type { Config } from '../config/schema.ts'
import { contentKey } from '../domain/content-key.ts'
import { isProblem } from '../domain/errors.ts'
import { openBlobs } from '../ports/blobs/open.ts'
import type { SearchIndex } from '../ports/search/port.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { type CliResult, runCli, startCli } from '../testing/cli.ts'
import { within } from '../testing/deadline.ts'
import { makeBuckets, removeBuckets } from '../testing/stack-buckets.ts'
import { openStackDatabase } from '../testing/stack-database.ts'
import { newStackSearch, type StackSearch } from '../testing/stack-search.ts'
import { stack } from '../testing/stack.ts'
import { openReindex } from './reindex.ts'

const newId = createUuidV7()

interface Prepared {
  /** goes through PgBouncer */
  pool: Pool
  search: StackSearch
  index: SearchIndex
  /** settings of this test's own database, buckets and index; nothing that does not go through PgBouncer */
  settings: Record<string, string>
  cli(...args: string[]): Promise<CliResult>
  /** Commits a document whose content is this text. @returns its id */
  add(title: string, text: string): Promise<string>
}

async function prepare(t: TestContext): Promise<Prepared> {
  const { url, database } = await openStackDatabase(t)
  const search = newStackSearch(t)
  const bucketPrefix = `t${randomBytes(5).toString('hex')}-`
  const buckets = ['documents', 'signatures', 'previews'].map((name) => bucketPrefix + name)
  await makeBuckets(buckets)
  t.after(() => removeBuckets(buckets))
  const keys = { accessKey: stack.s3AccessKey, secretKey: stack.s3SecretKey }
  const blobs = await openBlobs(`s3:${stack.s3Endpoint}`, {
    ...keys,
    region: 'us-east-1',
    bucketPrefix,
    folder: '/nonexistent',
    log: silentLogger,
  })
  t.after(() => blobs.stop())
  const settings = {
    DOCMGR_DATABASE_URL: url,
    DOCMGR_BLOBS_URL: `s3:${stack.s3Endpoint}`,
    DOCMGR_BLOBS_ACCESS_KEY: keys.accessKey,
    DOCMGR_BLOBS_SECRET_KEY: keys.secretKey,
    DOCMGR_BLOBS_BUCKET_PREFIX: bucketPrefix,
    DOCMGR_SEARCH_URL: `elasticsearch:${stack.elasticsearchUrl}`,
    DOCMGR_SEARCH_INDEX: search.alias,
  }
  const parent = await mkdtemp(join(tmpdir(), 'docmgr-reindex-'))
  t.after(async () => {
    // Nothing is stored here when all stores are on servers.
    assert.deepEqual(await readdir(parent), [])
    await rm(parent, { recursive: true })
  })
  return {
    pool: database.pool,
    search,
    index: await search.open(),
    settings,
    cli: (...args) => runCli(['reindex', '--data', join(parent, 'data'), ...args], { env: settings }),
    async add(title, text) {
      const id = newId()
      const { size, sha256 } = await blobs.put('documents', contentKey(id), Buffer.from(text), {
        contentType: 'text/plain',
        maxBytes: 1_000_000,
      })
      await database.pool.query(
        `insert into documents.documents (id, title, content_size, content_sha256, s3_key, created_by)
         values ($1, $2, $3, $4, $5, 'ada@example.com')`,
        [id, title, size, sha256, contentKey(id)],
      )
      return id
    },
  }
}

/** The settings as the command loads them. */
async function configOf(settings: Record<string, string>): Promise<Config> {
  const keys: Record<string, string> = {
    DOCMGR_DATABASE_URL: 'database.url',
    DOCMGR_BLOBS_URL: 'blobs.url',
    DOCMGR_BLOBS_ACCESS_KEY: 'blobs.accessKey',
    DOCMGR_BLOBS_SECRET_KEY: 'blobs.secretKey',
    DOCMGR_BLOBS_BUCKET_PREFIX: 'blobs.bucketPrefix',
    DOCMGR_SEARCH_URL: 'search.url',
    DOCMGR_SEARCH_INDEX: 'search.index',
  }
  const flags = Object.entries(settings).map(([name, text]): FlagValue => ({
    key: keys[name]!,
    text,
    flag: '--set',
  }))
  return (await loadConfig({ flags })).config
}

const found = async ({ index, search }: Prepared, q: string): Promise<string[]> => {
  await search.ask('POST', `/${search.alias}/_refresh`)
  const { documents } = await index.within('all').search({ q, filters: {}, from: 0, size: 50 })
  return documents.map(({ title }) => title).toSorted()
}

test('a deleted index is built again, with all texts and without deleted documents', async (t) => {
  const all = await prepare(t)
  for (const number of [1, 2, 3]) await all.add(`Heron ${number}`, `wades through water ${number}`)
  const gone = await all.add('Heron gone', 'wades no more')
  await all.pool.query('update documents.documents set deleted_at = now() where id = $1', [gone])
  const first = await all.cli('--json')
  assert.equal(first.code, 0, first.stderr)
  const whole = { compared: 4, missing: 4, older: 0, indexed: 4, failed: [], failures: 0 }
  assert.deepEqual(JSON.parse(first.stdout), whole)

  const { body } = await all.search.ask('GET', `/${all.search.alias}/_alias`)
  for (const name of Object.keys(body)) await all.search.ask('DELETE', `/${name}`)
  const check = await all.cli('--check')
  assert.equal(check.code, 3, check.stderr)
  assert.equal(check.stdout, '4 documents compared: 4 missing, 0 older: run `docmgr reindex`.\n')
  const { code, stdout, stderr } = await all.cli()
  assert.equal(code, 0, stderr)
  assert.equal(stdout, '4 documents compared: 4 indexed again (4 were missing, 0 older), 0 failed.\n')
  assert.deepEqual(await found(all, 'wading water'), ['Heron 1', 'Heron 2', 'Heron 3'])
  assert.deepEqual(await found(all, 'gone'), [])
  assert.deepEqual(await all.index.versions([gone]), new Map([[gone, 2]]))
  assert.equal((await all.cli('--check')).code, 0)
})

test('a document without its content is reported, and the others are indexed', async (t) => {
  const all = await prepare(t)
  for (const number of [1, 2, 3, 4, 5]) await all.add(`Stilt ${number}`, `long legs ${number}`)
  const lost = await all.add('Stilt lost', 'long legs')
  await all.pool.query(`update documents.documents set s3_key = 'nowhere' where id = $1`, [lost])
  const { code, stdout, stderr } = await all.cli('--json')
  assert.equal(code, 3, stderr)
  const { failed, ...counts } = JSON.parse(stdout)
  assert.deepEqual(counts, { compared: 6, missing: 6, older: 0, indexed: 5, failures: 1 })
  assert.equal(failed[0].id, lost)
  assert.match(failed[0].reason, /its object is missing/)
  assert.match(stderr, new RegExp(`^not indexed: ${lost}: `))
  assert.equal((await found(all, 'long legs')).length, 5)
})

test('it gives up with the reason when the index stays unavailable', async (t) => {
  const { settings, add } = await prepare(t)
  await add('Rail', 'hides')
  const config = await configOf({ ...settings, DOCMGR_SEARCH_URL: 'elasticsearch:http://127.0.0.1:9' })
  for (const check of [true, false]) {
    const signal = new AbortController().signal
    const stores = await openReindex(config, { log: silentLogger, signal, check, timeoutMs: 0 })
    t.after(() => stores.stop())
    const work = check
      ? stores.compare(() => {})
      : stores.run(
          () => {},
          () => assert.fail('no document fails'),
        )
    await assert.rejects(work, (error) => {
      assert.ok(isProblem(error, 'unavailable'))
      assert.match(error.message, /^nothing has worked for 0 s: .*Elasticsearch cannot be reached/)
      return true
    })
  }
})

test('a signal ends it at once, even while the index does not answer', async (t) => {
  const { settings, add } = await prepare(t)
  await add('Crake', 'hides')
  const silent = createServer(() => {})
  t.after(() => {
    silent.closeAllConnections()
    silent.close()
  })
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const asked = once(silent, 'request')
  const url = `elasticsearch:http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const command = startCli(['reindex', '--data', '/nonexistent'], {
    env: { ...settings, DOCMGR_SEARCH_URL: url },
  })
  await asked
  command.process.kill('SIGTERM')
  const { code, stdout } = await within(15_000, 'its end', command.ended)
  assert.deepEqual([code, stdout], [143, ''])
})
