import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-access-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

test('without a server that knows users there is nothing to do', async () => {
  const { code, stderr } = await runCli(['access', 'apply'], { cwd: folder })
  assert.equal(code, 2)
  assert.match(
    stderr,
    /database\.url, changes\.url, blobs\.url, search\.url and cache\.url name no server with users/,
  )
})

test('a password that is missing is named with its file', async () => {
  const env = { DOCMGR_SEARCH_URL: 'elasticsearch:http://elastic:secret@127.0.0.1:9' }
  const without = await runCli(['access', 'apply'], { cwd: folder, env })
  assert.equal(without.code, 1)
  assert.match(
    without.stderr,
    /search\.url keeps the passwords .* elasticsearch_search_password .* --passwords/,
  )
  await writeFile(join(folder, 'elasticsearch_search_password'), 'secret')
  const { code, stderr } = await runCli(['access', 'apply', '--passwords', folder], { cwd: folder, env })
  assert.equal(code, 1)
  assert.match(stderr, /--passwords: \S+elasticsearch_indexer_password cannot be read \(ENOENT\)/)
})

test('a server that cannot be reached is named', async () => {
  for (const user of ['search', 'indexer', 'reindex'])
    await writeFile(join(folder, `elasticsearch_${user}_password`), 'secret')
  const env = { DOCMGR_SEARCH_URL: 'elasticsearch:http://elastic:secret@127.0.0.1:9' }
  const { code, stderr } = await runCli(['access', 'apply', '--passwords', folder], { cwd: folder, env })
  assert.equal(code, 4)
  assert.match(stderr, /the server of search\.url cannot be reached \(connect ECONNREFUSED/)
  assert.doesNotMatch(stderr, /secret@/)
})
