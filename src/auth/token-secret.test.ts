import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { keptTokenSecret, readTokenSecret } from './token-secret.ts'

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-secret-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('each call returns one secret, which only its owner can read', async (t) => {
  const data = join(await newFolder(t), 'a', 'data')
  assert.equal(await readTokenSecret(data), undefined)
  const secret = await keptTokenSecret(data)
  assert.ok(secret.length >= 32)
  assert.deepEqual(await Promise.all([keptTokenSecret(data), readTokenSecret(data)]), [secret, secret])
  assert.deepEqual(await readdir(data), ['token-secret'])
  assert.equal((await stat(join(data, 'token-secret'))).mode & 0o777, 0o600)
})

test('an empty file is named, with what can be done', async (t) => {
  const data = await newFolder(t)
  await writeFile(join(data, 'token-secret'), '')
  for (const read of [keptTokenSecret, readTokenSecret])
    await assert.rejects(read(data), /token-secret is empty: restore it from a backup, or remove it/)
})
