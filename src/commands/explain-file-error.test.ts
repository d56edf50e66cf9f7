import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { explainFileError } from './explain-file-error.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-files-'))
const file = join(folder, 'file')
await writeFile(file, '')
TEST_FILE.after(() => rm(folder, { recursive: true }))

const refused = (path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`EACCES: permission denied, open '${path}'`), {
    code: 'EACCES',
    syscall: 'open',
    path,
  })

for (const command of ['serve', 'verify', 'gc', 'migrate'])
  for (const [data, rule] of [
    [file, /file: (a file is there already|a part of the path is a file) \(\w+, \w+\)$/m],
    [join(file, 'below'), /below: a part of the path is a file \(ENOTDIR, mkdir\)$/m],
  ] as const)
    test(`${command} says why ${data.slice(folder.length)} cannot be its data folder`, async () => {
      const { code, stderr } = await runCli([command, '--data', data])
      assert.equal(code, 1, stderr)
      assert.match(stderr, rule)
      assert.match(stderr, /^error: choose another folder or file, such as with --data$/m)
    })

test('a folder of another user is named with its owner', async () => {
  // Root owns /proc/1 and what is in it.
  const text = await explainFileError(refused('/proc/1/missing/lock'))
  assert.match(text!, /^\/proc\/1\/missing\/lock: this user has no permission \(EACCES, open\)\n/)
  const own = process.getuid!() === 0
  assert.match(text!, own ? /\nchoose another/ : /\n\/proc\/1 belongs to the user with uid 0, and this is /)
})

test('a folder that is closed to its own user has no other owner', async () => {
  const closed = join(folder, 'closed')
  await mkdir(closed)
  assert.match((await explainFileError(refused(join(closed, 'lock'))))!, /\nchoose another folder/)
})

test('a full disk is said where node does not know the path', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  })
  assert.equal(await explainFileError(full), 'the disk is full (ENOSPC, write)')
})

test('an error of another kind is left alone', async () => {
  const missing = (await readFile(join(folder, 'missing')).catch((error: unknown) => error)) as Error
  assert.equal(await explainFileError(missing), undefined)
  const listen = Object.assign(new Error('listen EACCES'), { code: 'EACCES', syscall: 'listen', port: 80 })
  assert.equal(await explainFileError(listen), undefined)
})
