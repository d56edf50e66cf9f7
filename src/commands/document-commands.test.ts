import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type CliOptions, runCli, startCli } from '../testing/cli.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { type Undo } from '../testing/undoing.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-cli-'))
const data = await newDataFolder(join(folder, 'data'))
const service = await startServiceProcess(data)
TEST_FILE.after(async () => {
  await service.stop()
  await rm(folder, { recursive: true, force: true })
})

const client = (args: string[], options: CliOptions = {}) =>
  runCli([...args, '--data', data], { cwd: folder, ...options })

async function done(args: string[], options: CliOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await client(args, options)
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
  return stdout
}

const json = async (...args: string[]) => JSON.parse(await done([...args, '--json']))

async function create(name: string, content: string | Uint8Array, ...options: string[]): Promise<string> {
  await writeFile(join(folder, name), content)
  return (await done(['create', name, ...options])).trim()
}

test('create makes a document of each file, with its type, and goes on after one that fails', async () => {
  await writeFile(join(folder, 'notes.md'), '# Notes')
  await writeFile(join(folder, 'plan.pdf'), '%PDF-1.7\n')
  const { code, stdout, stderr } = await client(['create', 'notes.md', 'missing.txt', 'plan.pdf', '--json'])
  assert.equal(code, 1)
  assert.match(stderr, /^error: missing\.txt: it does not exist/m)
  const documents = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    documents.map(({ title, content_type }) => [title, content_type]),
    [
      ['notes.md', 'text/markdown'],
      ['plan.pdf', 'application/pdf'],
    ],
  )
})

test('create reads standard input, and names what is wrong field by field', async () => {
  const id = (await done(['create', '-', '--title', 'From a pipe'], { input: 'piped' })).trim()
  assert.equal(await done(['download', id, '--output', '-']), 'piped')
  const untitled = await client(['create', '-'], { input: 'piped' })
  assert.deepEqual([untitled.code, untitled.stdout], [2, ''])
  const wrong = await client(['create', '-', '--title', ' ', '--created-by', 'ada'], { input: 'piped' })
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /title: must have a character that can be seen$/m)
  assert.match(wrong.stderr, /created_by: must be an e-mail address/)
  const nothing = await client(['create', '-', '--title', 'Nothing'], { input: '' })
  assert.equal(nothing.code, 1)
  assert.match(nothing.stderr, /^error: -: it is empty$/m)
})

test('list selects, follows pages up to its limit, and prints fields between tabs when it is piped', async () => {
  const owner = 'lists@example.com'
  const ids: string[] = []
  for (const name of ['one.txt', 'two.txt', 'three.txt'])
    ids.unshift(await create(name, name, '--created-by', owner))
  const lines = (await done(['list', '--created-by', owner])).trim().split('\n')
  assert.deepEqual(
    lines.map((line) => line.split('\t').slice(0, 4)),
    ids.map((id, index) => [id, ['three.txt', 'two.txt', 'one.txt'][index], 'created', owner]),
  )
  assert.match(lines[0]!.split('\t')[4]!, /^\d{4}-\d\d-\d\dT.*Z$/)
  const several = ['--status', 'created', '--status', 'signed', '-s', 'sent']
  assert.equal((await json('list', '--created-by', owner, ...several)).length, 3)
  assert.equal((await client(['list', '--status', 'created', '--status', 'lost'])).code, 2)
  const limited = await client(['list', '--created-by', owner, '-L', '2', '--json'])
  assert.equal(JSON.parse(limited.stdout).length, 2)
  assert.match(limited.stderr, /Only the newest 2 are shown/)
  assert.equal((await json('list', '--created-by', owner, '--created-from', '2020-01-01')).length, 3)
  assert.deepEqual(await json('list', '--created-by', owner, '--created-to', '2020-01-01'), [])
  assert.deepEqual(
    (await json('list', '--created-by', owner, '--title', 'TWO')).map(({ id }: { id: string }) => id),
    [ids[1]],
  )
  const invalid = await client(['list', '--created-from', 'yesterday'])
  assert.equal(invalid.code, 1)
  assert.match(invalid.stderr, /^error: created_from: must be a time in ISO 8601/m)
})

test('on a terminal, list prints a table with local times', async () => {
  await create(
    'A long name that does not fit into a terminal of this width at all.txt',
    'x',
    '--created-by',
    't@example.com',
  )
  const env = { TZ: 'Asia/Kolkata', TERM: 'xterm' }
  const shown = await done(['list', '--created-by', 't@example.com'], { typed: '', env })
  assert.match(shown, /ID {2,}TITLE {2,}STATUS {2,}OWNER {2,}CREATED/)
  assert.match(shown, /A long name.*….* created {2}.*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+05:30/)
})

test('status, sign, get and history show what happens to a document', async () => {
  const id = await create('lease.txt', 'The rent is due.')
  await writeFile(
    join(folder, 'drawn.png'),
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
  )
  assert.equal(await done(['status', id]), 'created\n')
  assert.equal(await done(['status', id, 'sent']), 'sent\n')
  const signer = ['--email', 'ada@example.com', '--name', 'Ada Lovelace']
  const signature = await json('sign', id, ...signer, '--image', 'drawn.png')
  assert.deepEqual([signature.document_status, signature.signer_name], ['signed', 'Ada Lovelace'])
  assert.match(signature.signature_data, /^data:image\/png;base64,/)
  const notImage = await client(['sign', id, ...signer, '--image', 'lease.txt'])
  assert.deepEqual([notImage.code, /must be an image/.test(notImage.stderr)], [2, true])

  const shown = await done(['get', id])
  assert.match(shown, /^title:\tlease\.txt$/m)
  assert.match(shown, /^status:\tsigned$/m)
  const types = (await json('history', id)).map(({ action }: { action: string }) => action)
  assert.deepEqual(types, ['document.created', 'document.changed', 'signature.added', 'document.changed'])
  assert.match(
    await done(['history', id]),
    /\tdocument\.changed\tanonymous\t[\d.:]+\tcreated → sent\n.*\tAda Lovelace <ada@example\.com>\n/,
  )

  const backwards = await client(['status', id, 'sent'])
  assert.deepEqual([backwards.code, /cannot move to sent/.test(backwards.stderr)], [1, true])
})

test('share gives roles, shows them and takes them away', async () => {
  const id = await create('shared.txt', 'x')
  assert.equal((await json('share', id, 'Bob@example.com', '--role', 'editor')).role, 'editor')
  await done(['share', id, 'eve@example.com'])
  const shown = (await json('share', id)).map(({ principal, role }: Record<string, string>) => [
    principal,
    role,
  ])
  assert.deepEqual(shown.slice(1), [
    ['email:bob@example.com', 'editor'],
    ['email:eve@example.com', 'reader'],
  ])
  await done(['share', id, 'bob@example.com', '--remove'])
  assert.match(await done(['share', id]), /^email:eve@example\.com\treader\tanonymous\t/m)
  assert.equal((await client(['share', id, '--remove'])).code, 2)
  assert.equal((await client(['share', id, 'nobody'])).code, 1)
})

test('an unknown document is an error of every command, and none waits', async () => {
  const id = '019aa1b2-0000-7000-8000-000000000001'
  const signer = ['--email', 'ada@example.com', '--name', 'Ada']
  const commands = [
    ['get'],
    ['status'],
    ['history'],
    ['share'],
    ['share', 'bob@example.com', '--role', 'editor'],
    ['tail'],
    ['download'],
    ['delete', '--yes'],
    ['sign', ...signer],
  ]
  for (const [command, ...options] of commands) {
    const { code, stdout, stderr } = await client([command!, id, ...options])
    assert.deepEqual([command, code, stdout], [command, 1, ''])
    assert.match(stderr, /there is no document|document_id: must be a document that exists/)
    const invalid = await client([command!, 'lease', ...options])
    assert.deepEqual([command, invalid.code], [command, 1])
    assert.match(invalid.stderr, /id\b.*must be a UUID/, command)
  }
})

test('delete asks on a terminal, and elsewhere needs --yes', async () => {
  const id = await create('unwanted.txt', 'x')
  const silent = await client(['delete', id])
  assert.deepEqual([silent.code, /--yes is required/.test(silent.stderr)], [2, true])
  const answer = async (typed: string) => {
    const asked = startCli(['delete', id, '--data', data], { typed: '' })
    await asked.says('Delete unwanted.txt')
    await asked.says('(y/N)')
    asked.process.stdin!.write(typed)
    return asked.ended
  }
  assert.equal((await answer('n\n')).code, 2)
  assert.equal((await answer('\u0004')).code, 2)
  assert.equal((await answer('\u0003')).code, 130)
  assert.equal((await client(['get', id])).code, 0)
  assert.match((await answer('y\n')).stdout, /Deleted/)
  assert.equal((await client(['get', id])).code, 1)
  const other = await create('unwanted.txt', 'x')
  await done(['delete', other, '--yes'])
})

test('download overwrites nothing without --clobber', async () => {
  const id = await create('kept.txt', 'new')
  const place = join(folder, 'place')
  await mkdir(place)
  assert.equal(await done(['download', id], { cwd: place }), 'kept.txt\n')
  await writeFile(join(place, 'kept.txt'), 'mine')
  const again = await client(['download', id], { cwd: place })
  assert.deepEqual([again.code, /kept\.txt exists already: --clobber/.test(again.stderr)], [1, true])
  assert.equal(await readFile(join(place, 'kept.txt'), 'utf8'), 'mine')
  await done(['download', id, '--clobber'], { cwd: place })
  assert.equal(await readFile(join(place, 'kept.txt'), 'utf8'), 'new')
  assert.deepEqual(await readdir(place), ['kept.txt'])
  const hidden = await create('hidden.txt', 'x', '--title', '../.bashrc')
  await done(['download', hidden], { cwd: place })
  assert.deepEqual(
    (await readdir(place)).filter((name) => name.startsWith('.')),
    [],
  )
})

test('a download that loses its connection goes on where it was, and one that is interrupted leaves nothing', async (t) => {
  const bytes = randomBytes(3 * 1024 * 1024)
  const id = await create('large.bin', bytes)
  const place = join(folder, 'large')
  await mkdir(place)
  const losing = await startLossyProxy(t, Number(new URL(service.urls.http).port), 3)
  const args = ['download', id, '--url', losing.url]
  const { code, stdout, stderr } = await runCli([...args, '--json'], { cwd: place })
  assert.equal(code, 0, stderr)
  assert.equal(JSON.parse(stdout).sha256, createHash('sha256').update(bytes).digest('hex'))
  assert.deepEqual(await readFile(join(place, 'large.bin')), bytes)
  assert.ok(losing.lost() >= 3)

  await rm(join(place, 'large.bin'))
  const stalled = await startLossyProxy(t, Number(new URL(service.urls.http).port), Infinity, 'stall')
  const waiting = startCli(['download', id, '--url', stalled.url], { cwd: place })
  await stalled.happened
  waiting.process.kill('SIGINT')
  assert.equal((await waiting.ended).code, 130)
  assert.deepEqual(await readdir(place), [])
})

test('a damaged content is not taken for the document', async () => {
  const id = await create('damaged.bin', randomBytes(2 * 1024 * 1024))
  const place = join(folder, 'damaged')
  await mkdir(place)
  const objects = await readdir(join(data, 'blobs'), { recursive: true })
  const object = join(
    data,
    'blobs',
    objects.find((name) => name.includes(`${id},content`))!,
  )
  const stored = await readFile(object)
  stored[1024 * 1024]! ^= 1
  await writeFile(object, stored)
  const { code, stderr } = await client(['download', id], { cwd: place })
  assert.equal(code, 1)
  assert.match(stderr, /broke off|digest|damaged/)
  assert.deepEqual(await readdir(place), [])
})

const BYTES_BEFORE_LOSS = 600_000

/** A proxy of a service whose connections are lost within large answers. */
async function startLossyProxy(t: Undo, port: number, losses: number, how: 'lose' | 'stall' = 'lose') {
  let lost = 0
  let onLoss!: () => void
  const happened = new Promise<void>((resolve) => (onLoss = resolve))
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => (client.destroy(), upstream.destroy()))
    }
    client.pipe(upstream)
    let sent = 0
    upstream.on('data', (chunk) => {
      if ((sent += chunk.length) < BYTES_BEFORE_LOSS || lost >= losses) return void client.write(chunk)
      lost++
      onLoss()
      if (how === 'lose') client.destroy()
      else upstream.pause()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port: own } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${own}`, lost: () => lost, happened }
}
