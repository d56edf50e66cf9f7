import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FolderInUseError, lockFolder } from './folder-lock.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-lock-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A process that tries to take the lock, prints `locked` or the error, and keeps running. */
function contender(folder: string): { child: ChildProcess; answer: Promise<string> } {
  const script = fileURLToPath(new URL('folder-lock.worker.js', import.meta.url))
  const child = spawn(process.execPath, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  undo.push(() => kill(child))
  const lines = createInterface({ input: child.stdout })
  return { child, answer: once(lines, 'line').then(([line]) => String(line)) }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('a locked folder is refused with its name and the process, and free after the release', async () => {
  const folder = await newFolder()
  const lock = await lockFolder(folder)
  const { answer } = contender(folder)
  assert.match(await answer, new RegExp(`${folder} is in use by another docmgr \\(process ${process.pid}\\)`))
  await assert.rejects(lockFolder(folder), FolderInUseError)
  await lock.release()
  await (await lockFolder(folder)).release()
  assert.deepEqual(await readdir(folder), [])
})

test('a missing folder is created', async () => {
  const folder = join(await newFolder(), 'a', 'b')
  await lockFolder(folder)
  assert.deepEqual(await readdir(folder), ['lock'])
  // As root, PostgreSQL's user passes through it.
  assert.equal((await stat(folder)).mode & 0o777, process.getuid?.() === 0 ? 0o711 : 0o700)
})

test('the lock of a killed process is taken over', async () => {
  const folder = await newFolder()
  const { child, answer } = contender(folder)
  assert.equal(await answer, 'locked')
  await assert.rejects(lockFolder(folder), new RegExp(`process ${child.pid}`))
  await kill(child)
  await lockFolder(folder)
  assert.deepEqual(await readdir(folder), ['lock'])
})

test('a lock whose pid belongs to another process by now is taken over', async () => {
  const folder = await newFolder()
  await writeFile(
    join(folder, 'lock'),
    JSON.stringify({ pid: process.ppid, identity: 'of/old', nonce: 'n-1' }),
  )
  await lockFolder(folder)
  assert.equal((JSON.parse(await readFile(join(folder, 'lock'), 'utf8')) as { pid: number }).pid, process.pid)
})

test('a lock that was damaged by a power failure, and files of incomplete attempts, are removed', async () => {
  const folder = await newFolder()
  await writeFile(join(folder, 'lock'), '')
  await writeFile(
    join(folder, 'lock-after-damaged'),
    JSON.stringify({ pid: 1, identity: 'old', nonce: 'n-2' }),
  )
  await writeFile(join(folder, 'lock-draft-999999999-n-3'), '')
  await lockFolder(folder)
  assert.deepEqual(await readdir(folder), ['lock'])
})

test(
  'of many processes that find the lock of a dead process at once exactly one takes it',
  { timeout: 60_000 },
  async () => {
    const folder = await newFolder()
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 1, identity: 'dead', nonce: 'n-4' }))
    const answers = await Promise.all(Array.from({ length: 8 }, () => contender(folder).answer))
    assert.equal(answers.filter((answer) => answer === 'locked').length, 1, answers.join('\n'))
    assert.equal(
      answers.filter((answer) => answer.includes('is in use by another docmgr')).length,
      7,
      answers.join('\n'),
    )
  },
)
