import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { findBinaries, makeLinks } from './binaries.ts'

async function newPackage(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'docmgr-test-binaries-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  await mkdir(join(root, 'native', 'lib'), { recursive: true })
  const links = ['liba.so', 'liba.so.1'].map((name) => ({
    source: 'native/lib/liba.so.1.2',
    target: `native/lib/${name}`,
  }))
  await writeFile(join(root, 'native', 'pg-symlinks.json'), JSON.stringify(links))
  await writeFile(join(root, 'native', 'lib', 'liba.so.1.2'), '')
  return root
}

test('finds programs that run', async () => {
  const { postgres, version, major } = await findBinaries()
  const { stdout } = await promisify(execFile)(postgres, ['--version'])
  assert.match(stdout, new RegExp(`PostgreSQL\\) ${major}\\.`))
  assert.ok(version.startsWith(`${major}.`))
})

test('creates the links that npm packages cannot contain, several callers at once, and repairs a broken one', async (t) => {
  const root = await newPackage(t)
  await symlink('gone', join(root, 'native', 'lib', 'liba.so'))
  await Promise.all(Array.from({ length: 10 }, () => makeLinks(root)))
  assert.deepEqual((await readdir(join(root, 'native', 'lib'))).sort(), [
    'liba.so',
    'liba.so.1',
    'liba.so.1.2',
  ])
  assert.equal(await readlink(join(root, 'native', 'lib', 'liba.so')), 'liba.so.1.2')
})

test('the error says what to do when the links cannot be created', async (t) => {
  const root = await newPackage(t)
  // Root may write anywhere, so that the folder must be missing rather than closed.
  await rm(join(root, 'native', 'lib'), { recursive: true })
  await assert.rejects(
    makeLinks(root),
    /native\/lib\/liba\.so cannot be created \(ENOENT\): make that folder writable/,
  )
})

test('the error says what to do when there is no package', async () => {
  await assert.rejects(findBinaries('win32-x64'), /no embedded PostgreSQL for win32-x64.*configure its URL/)
  const missing = (): string => {
    throw new Error('Cannot find module')
  }
  await assert.rejects(findBinaries('linux-arm64', missing), /linux-arm64.*is not installed: run "npm ci"/)
})
