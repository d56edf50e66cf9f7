import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startCli } from '../testing/cli.ts'
import { stack } from '../testing/stack.ts'

test('processes whose stores are all on servers create no data folder and can share a machine', async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'docmgr-folder-'))
  t.after(() => rm(parent, { recursive: true }))
  const start = () => {
    const off = ['http', 'document', 'signature', 'ws', 'grpc'].flatMap((name) => [
      '--set',
      `listen.${name}=off`,
    ])
    const args = [
      'serve',
      '--role=search',
      '--set',
      'listen.search=0',
      '--data',
      join(parent, 'data'),
      ...off,
    ]
    const env = {
      DOCMGR_SEARCH_URL: `elasticsearch:${stack.elasticsearchUrl}`,
      DOCMGR_AUTH_SECRET: 'a-secret-that-needs-no-folder-to-keep-it-in',
    }
    const role = startCli(args, { env })
    t.after(() => role.process.kill('SIGKILL'))
    return role
  }
  const roles = [start(), start()]
  for (const role of roles) await role.says('all data on servers')
  assert.deepEqual(await readdir(parent), [])
  for (const { process: child, ended } of roles) {
    child.kill('SIGTERM')
    const { code, stderr } = await ended
    assert.equal(code, 0, stderr)
  }
})
