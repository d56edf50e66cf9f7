import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { openStackDatabase } from '../testing/stack-database.ts'
import { serviceKeyOf } from '../testing/service-keys.ts'
import { stack } from '../testing/stack.ts'

interface Finding {
  name: string
  state: string
  detail: string
  fix?: string
}

test('doctor checks the servers that the roles of this process use, and no others', async (t) => {
  const { url, directUrl } = await openStackDatabase(t)
  const data = await mkdtemp(join(tmpdir(), 'docmgr-doctor-'))
  t.after(() => rm(data, { recursive: true }))
  const env = {
    DOCMGR_DATABASE_URL: url,
    DOCMGR_DATABASE_DIRECT_URL: directUrl,
    DOCMGR_BLOBS_URL: `s3:${stack.s3Endpoint}`,
    DOCMGR_CACHE_URL: stack.redisUrl,
    DOCMGR_CHANGES_URL: `kafka://${stack.kafkaBrokers}`,
    DOCMGR_CHANGES_CONNECT_URL: stack.connectUrl,
    DOCMGR_SEARCH_URL: `elasticsearch:${stack.elasticsearchUrl}`,
    DOCMGR_DOCUMENTS_URL: 'grpc://127.0.0.1:9',
    DOCMGR_AUTH_SERVICES_KEY: serviceKeyOf('signature'),
  }
  const free = ['http', 'document', 'signature', 'search', 'ws', 'grpc'].flatMap((name) => [
    '--set',
    `listen.${name}=0`,
  ])
  const doctor = async (roles: string, ...args: string[]): Promise<Record<string, Finding>> => {
    const all = ['doctor', '--json', '--data', data, ...free, '--set', `roles=${roles}`, ...args]
    const { stdout, stderr } = await runCli(all, { env })
    assert.notEqual(stdout, '', stderr)
    const { findings } = JSON.parse(stdout) as { findings: Finding[] }
    return Object.fromEntries(findings.map((finding) => [finding.name, finding]))
  }

  const indexer = await doctor('indexer')
  for (const name of ['S3', 'Kafka', 'Kafka Connect', 'Elasticsearch', 'migrations'])
    assert.equal(indexer[name]?.state, 'ok', name)
  assert.equal(indexer['Redis'], undefined)

  const document = await doctor('document', '--set', 'cache.url=redis://user:word@127.0.0.1:9/3')
  assert.equal(document['Redis']!.detail, '127.0.0.1:9: ECONNREFUSED')
  assert.match(document['Redis']!.fix!, /cache\.url/)
  assert.equal(document['Elasticsearch'], undefined)

  assert.equal((await doctor('signature'))['document role']!.state, 'problem')
})
