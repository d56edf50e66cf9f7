import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildRoot } from '../runtime/package-root.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { createExtractionProcess } from './extraction-process.ts'

const input = { contentType: 'x', bytes: new Uint8Array(1) }
const limits = { maxOutputChars: 1, softTimeoutMs: 1 }

const folder = await mkdtemp(join(tmpdir(), 'docmgr-extraction-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

/** The beginning of a program that is watched as the real one is. */
const watched = `
  import { Worker } from 'node:worker_threads'
  const workerData = { maxRssBytes: process.argv[2] * 2 ** 20, parentPid: process.ppid }
  const file = ${JSON.stringify(join(buildRoot(), 'extraction/memory-watch.worker.js'))}
  const watch = new Worker(file, { workerData })
  watch.unref()
`

/** Runs a program that does `body` for the content type `bad`, and afterwards for `good`. */
async function run(body: string, timeoutMs = 60_000): Promise<string[]> {
  const file = join(folder, `${process.hrtime.bigint()}.mjs`)
  await writeFile(
    file,
    `${watched}
    process.on('message', ({ input }) => {
      if (input.contentType === 'bad') { ${body} }
      else process.send({ outcome: 'empty', reason: 'fine' })
    })`,
  )
  const running = createExtractionProcess({ file, timeoutMs, maxMemoryMb: 128, idleMs: 60_000 })
  const reasons: string[] = []
  for (const contentType of ['bad', 'good']) {
    const extraction = await running.run({ ...input, contentType }, limits)
    reasons.push(extraction.outcome === 'text' ? 'text' : extraction.reason)
  }
  running.stop()
  return reasons
}

test('an endless loop is ended after the time allowed', async () => {
  assert.deepEqual(await run('for (;;);', 8000), ['took longer than 8000 ms', 'fine'])
})

test('a heap that grows without end costs only its process', async () => {
  const growing = 'const map = new Map(); for (let i = 0; ; i++) map.set(i, {})'
  assert.deepEqual(await run(growing), ['needs more memory than allowed', 'fine'])
})

test('buffers that grow without end cost only their process', async () => {
  const growing = 'const all = []; for (;;) all.push(Buffer.alloc(1e6, 1))'
  assert.deepEqual(await run(growing), ['needs more memory than allowed', 'fine'])
})

test('a process that leaves is replaced', async () => {
  assert.deepEqual(await run('process.exit(7)'), ['the extraction process ended with code 7', 'fine'])
  assert.deepEqual(await run('throw new Error()'), ['the extraction process ended with code 1', 'fine'])
})

test('a process that cannot be started is a failure of the content', async () => {
  const missing = createExtractionProcess({
    file: join(folder, 'missing.mjs'),
    timeoutMs: 60_000,
    maxMemoryMb: 128,
    idleMs: 1,
  })
  const extraction = await missing.run(input, limits)
  assert.equal(extraction.outcome, 'failed')
})

test('an idle process ends by itself', async () => {
  const file = join(folder, 'pid.mjs')
  const answer = `{ outcome: 'empty', reason: String(process.pid) }`
  await writeFile(file, `process.on('message', () => process.send(${answer}))`)
  const running = createExtractionProcess({ file, timeoutMs: 60_000, maxMemoryMb: 128, idleMs: 1 })
  const extraction = await running.run(input, limits)
  assert.ok(extraction.outcome === 'empty')
  await ended(Number(extraction.reason))
})

test('a busy process does not outlive its parent', async () => {
  const child = join(folder, 'busy.mjs')
  const body = `watch.ref()
  watch.on('online', () => { process.send(process.pid, () => { for (;;); }) })`
  await writeFile(child, `${watched}\n${body}`)
  const parent = join(folder, 'parent.mjs')
  await writeFile(
    parent,
    `import { fork } from 'node:child_process'
    fork(${JSON.stringify(child)}, ['512']).on('message', (pid) => console.log(pid))`,
  )
  const running = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [pid] = (await once(running.stdout, 'data')) as [Buffer]
  assert.ok(isAlive(Number(pid)))
  running.kill('SIGKILL')
  try {
    await ended(Number(pid))
  } finally {
    if (isAlive(Number(pid))) process.kill(Number(pid), 'SIGKILL')
  }
})

async function ended(pid: number): Promise<void> {
  const deadline = Date.now() + 30_000
  while (isAlive(pid)) {
    assert.ok(Date.now() < deadline, 'still alive')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
