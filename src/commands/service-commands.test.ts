import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildRoot } from '../runtime/package-root.ts'
import { runCli, startCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const FREE = ['http', 'document', 'signature', 'search', 'ws', 'grpc'].flatMap((name) => [
  '--set',
  `listen.${name}=0`,
])

const folder = await mkdtemp(join(tmpdir(), 'docmgr-cli-'))
await chmod(folder, 0o755)
const data = await newDataFolder(join(folder, 'data'))
const service = await startServiceProcess(data)
const { urls } = service
TEST_FILE.after(async () => {
  service.kill('SIGINT')
  const { code, stderr } = await service.exited
  await rm(folder, { recursive: true, force: true })
  assert.equal(code, 0, stderr)
})

const client = (...args: string[]) => runCli([...args, '--data', data])

interface Hit {
  id: string
  title: string
}

async function find(query: string): Promise<Hit[]> {
  const { code, stdout, stderr } = await client('search', query, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout).documents
}

async function postDocument(title: string): Promise<string> {
  const answer = await fetch(`${urls.document}/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title, content: title, created_by: 'ada@example.com' }),
  })
  assert.equal(answer.status, 201)
  return ((await answer.json()) as Hit).id
}

async function setStatus(id: string, status: string): Promise<void> {
  const answer = await fetch(`${urls.document}/documents/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status }),
  })
  assert.equal(answer.status, 200)
}

test('import imports what it can read, reports the rest, and imports nothing twice', async () => {
  const files = join(folder, 'files')
  await mkdir(join(files, 'sub', '.hidden'), { recursive: true })
  await writeFile(join(files, 'heron.txt'), 'A heron waits by the river.')
  await writeFile(join(files, 'sub', 'penguins.json'), '{"colony":"emperor penguins"}')
  await writeFile(join(files, 'sub', 'copy.txt'), 'A heron waits by the river.')
  await writeFile(join(files, 'sub', '.hidden', 'x.txt'), 'not asked for')
  await symlink('nowhere', join(files, 'broken'))
  await symlink('..', join(files, 'sub', 'loop'))

  const first = await client('import', files, '--json')
  assert.equal(first.code, 3, first.stderr)
  const lines = first.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const { imported, already, failed, hidden } = lines.at(-1)
  assert.deepEqual({ imported, already, failed, hidden }, { imported: 3, already: 0, failed: 1, hidden: 1 })
  assert.match(lines.find(({ file }) => file === 'broken').reason, /broken link/)

  const second = await client('import', files)
  assert.equal(second.code, 3)
  assert.match(second.stdout, /^0 imported \(0\.0 MB\), 3 exist already, 1 not imported, 1 hidden skipped/)

  await writeFile(join(files, 'heron.txt'), 'The heron has flown away.')
  await rm(join(files, 'broken'))
  const third = await client('import', files)
  assert.equal(third.code, 0, third.stderr)
  assert.match(third.stdout, /^1 imported .* 2 exist already, 0 not imported/)
  await eventually('the text of a file to be found', async () =>
    (await find('penguins')).some(({ title }) => title === 'penguins.json'),
  )
})

test('import follows links within the folder only, and takes names in any encoding', async () => {
  const files = join(folder, 'linked')
  await mkdir(join(files, '.store'), { recursive: true })
  await writeFile(join(folder, 'outside.txt'), 'not in the folder')
  await writeFile(join(files, '.store', 'puffin.txt'), 'A puffin digs a burrow.')
  await writeFile(join(files, 'razorbill.txt'), 'A razorbill needs none.')
  await symlink('.store', join(files, 'current'))
  await symlink('razorbill.txt', join(files, 'again.txt'))
  await symlink('../outside.txt', join(files, 'out.txt'))
  await symlink('..', join(files, 'up'))
  await writeFile(
    Buffer.concat([Buffer.from(`${files}/K`), Buffer.from([0xfc]), Buffer.from('ste.txt')]),
    'Küste',
  )

  const { code, stdout, stderr } = await client('import', files, '--json')
  assert.equal(code, 3, stderr)
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const results = lines
    .slice(0, -1)
    .map(({ file, result, reason, name_encoding }) => [file, reason ?? name_encoding ?? result])
  const leadsOut = 'is a link that leads out of the folder'
  assert.deepEqual(Object.fromEntries(results), {
    'razorbill.txt': 'imported',
    'current/puffin.txt': 'imported',
    'Küste.txt': 'windows-1252',
    'out.txt': leadsOut,
    up: leadsOut,
  })
  assert.equal(lines.at(-1).imported, 3)
  const list = await client('list', '--title', 'puffin.txt', '--json')
  assert.deepEqual(
    JSON.parse(list.stdout).map(({ title, file_name }: Record<string, string>) => [title, file_name]),
    [['puffin.txt', 'current/puffin.txt']],
  )
})

test('import takes single files too, also by a link, and refuses what is none', async () => {
  const one = join(folder, 'one.md')
  await writeFile(one, 'A skua chases a tern.')
  await symlink(one, join(folder, 'link.md'))
  const first = await client('import', one, join(folder, 'link.md'), '--created-by', 'ada@example.com')
  assert.match(first.stdout, /^2 imported .* 0 exist already, 0 not imported/, first.stderr)
  assert.match(first.stdout, /^texts: 2 read, 0 without text, 0 not readable$/m)
  const again = await client('import', one, '--created-by', 'ada@example.com')
  assert.match(again.stdout, /^0 imported .* 1 exist already/, again.stderr)
  const missing = await client('import', join(folder, 'absent.md'))
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /absent\.md: it does not exist/)
})

test('search highlights matches, and its output can be piped into a program that stops reading', async () => {
  await postDocument('The quarterly marmalade report')
  await eventually('the document to be found', async () => (await find('marmalade')).length === 1)
  const { stdout, stderr } = await client('search', 'marmalade')
  assert.match(stdout, /^The quarterly \*marmalade\* report {2}created$/m)
  assert.match(stderr, /^1 found, 1 to 1; \d+ ms$/m)
  assert.deepEqual(await find('-quarterly title:marmalade'), [])

  const shell = spawn('bash', [
    '-c',
    `set -o pipefail; "${process.execPath}" "${join(buildRoot(), 'cli.js')}" search marmalade --data "${data}" | true`,
  ])
  let noise = ''
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (noise += text))
  assert.equal(await new Promise((resolve) => shell.on('close', resolve)), 0)
  assert.doesNotMatch(noise, /EPIPE|Error/)
})

test('tail prints events as they happen, ends at --until, and resumes from a position', async () => {
  const id = await postDocument('Followed')
  const following = startCli(['tail', id, '--json', '--until', 'document.viewed', '--data', data])
  await following.says('Following')
  await setStatus(id, 'sent')
  await setStatus(id, 'viewed')
  const { code, stdout } = await following.ended
  assert.equal(code, 0)
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(events.map(({ type }) => type).slice(-2), ['document.sent', 'document.viewed'])

  const position = events.find(({ type }) => type === 'document.sent').position
  const resumed = await client('tail', id, '--json', '--last', position, '--count', '1')
  assert.equal(JSON.parse(resumed.stdout).type, 'document.viewed')
})

test('tail --until ends at once when the event has happened before it starts', async () => {
  const id = await postDocument('Too fast')
  await setStatus(id, 'sent')
  await setStatus(id, 'viewed')
  const { code, stdout } = await client('tail', id, '--json', '--until', 'document.sent')
  assert.equal(code, 0)
  const types = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type)
  assert.deepEqual(types, ['document.created', 'document.sent'])
})

test('tail of a document that does not exist fails', async () => {
  const unknown = '01a201cf-2dea-7226-9076-3169e0d79aa5'
  for (const [id, message] of [
    [unknown, `there is no document ${unknown}`],
    ['not-an-id', 'document-id not-an-id: must be a UUID'],
  ] as const) {
    const { code, stderr } = await client('tail', id, '--until', 'document.signed')
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(message))
  }
})

test('tail ends with 130 on Ctrl-C', async () => {
  const id = await postDocument('Interrupted')
  const following = startCli(['tail', id, '--data', data])
  await following.says('Following')
  following.process.kill('SIGINT')
  assert.equal((await following.ended).code, 130)
})

test('seed creates the same documents only once', async () => {
  const first = JSON.parse((await client('seed', '--count', '40', '--seed', '7', '--json')).stdout)
  assert.equal(first.documents, 40)
  assert.ok(first.signatures > 0 && first.moves > 0)
  const more = JSON.parse((await client('seed', '--count', '50', '--seed', '7', '--json')).stdout)
  assert.deepEqual([more.documents, more.already], [10, 40])
  const another = JSON.parse((await client('seed', '--count', '5', '--seed', '8', '--json')).stdout)
  assert.equal(another.documents, 5)
})

test('doctor and migrate find the running service', async () => {
  const doctor = await runCli(['doctor', '--json', '--data', data])
  assert.equal(doctor.code, 0, doctor.stdout)
  const { findings } = JSON.parse(doctor.stdout)
  assert.match(findings.find(({ name }: { name: string }) => name === 'service').detail, /: ready$/)
  const migrate = await client('migrate', '--check')
  assert.deepEqual([migrate.code, /up to date/.test(migrate.stdout)], [0, true])
})

test('client commands start a temporary service if none is running', async () => {
  const own = await newDataFolder(join(folder, 'own'))
  const files = join(folder, 'few')
  await mkdir(files)
  await writeFile(join(files, 'otter.md'), '# Otters\n\nAn otter sleeps on its back.')
  const imported = await runCli(['import', files, '--data', own])
  assert.equal(imported.code, 0, imported.stderr)
  assert.match(imported.stderr, /No service is running: starting one/)
  const found = await runCli(['search', 'otter', '--data', own, '--json'])
  const [otter] = JSON.parse(found.stdout).documents
  assert.equal(otter.title, 'otter.md')
  // A new slot begins a new history, without what happened before.
  const fresh = ['--data', own, '--set', 'changes.slot=fresh']
  const past = await runCli(['tail', otter.id, '--until', 'document.created', ...fresh])
  assert.equal(past.code, 0, past.stderr)
  assert.match(past.stderr, /document\.created happened before the earliest available event/)
})

test('commands on the same machine sign their own token when tokens are required', async () => {
  const own = await newDataFolder(join(folder, 'guarded'))
  const required = ['--data', own, '--set', 'auth.mode=required']
  await writeFile(join(folder, 'mine.txt'), 'mine')
  const guarded = startCli(['serve', '--json', ...required, ...FREE])
  await guarded.says('"urls"')
  try {
    const seeded = await runCli(['seed', '--count', '3', '--json', ...required])
    assert.equal(JSON.parse(seeded.stdout).documents, 3, seeded.stderr)
    const { http } = JSON.parse((await guarded.says('"urls"')).split('\n', 1)[0]!).urls
    // The setting of the service is known from its folder.
    const plain = await runCli(['list', '--json', '--limit', '1', '--data', own])
    const [document] = JSON.parse(plain.stdout)
    assert.equal(plain.code, 0, plain.stderr)
    const created = await runCli(['create', join(folder, 'mine.txt'), '--json', '--data', own])
    assert.match(JSON.parse(created.stdout).created_by, /^[a-z0-9_-]+@docmgr\.local$/, created.stderr)

    for (const args of [
      ['get', document.id],
      ['tail', document.id, '--count', '1'],
      ['history', document.id],
    ]) {
      const stranger = await runCli([...args, '--url', http])
      assert.equal(stranger.code, 4, args[0])
      assert.match(stranger.stderr, /give a token with --token or DOCMGR_TOKEN/)
    }
    const claims = ['--user-id', 'ada', '--email', 'ada@example.com', '--data', own]
    const token = (await runCli(['token', ...claims])).stdout.trim()
    const env = { DOCMGR_URL: http, DOCMGR_TOKEN: token }
    const given = await runCli(['create', join(folder, 'mine.txt'), '--json'], { env })
    assert.equal(JSON.parse(given.stdout).created_by, 'ada@example.com', given.stderr)
    const refused = await runCli(['list', '--token', 'not.a.token'], { env })
    assert.deepEqual([refused.code, refused.stdout], [4, ''])
    const elsewhere = await runCli(['list', '--url', 'http://127.0.0.1:9'], { env })
    assert.match(elsewhere.stderr, /no docmgr answers at http:\/\/127\.0\.0\.1:9 /)
  } finally {
    guarded.process.kill('SIGTERM')
    assert.equal((await guarded.ended).code, 0)
  }
})
