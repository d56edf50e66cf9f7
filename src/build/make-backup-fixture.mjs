// Makes the archive that later versions must be able to restore: `node src/build/make-backup-fixture.mjs`, after a build.
// A new one is needed only for a new format; the files of older formats stay.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const FILE = 'src/testing/backup-format-1.tar.gz'
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkM9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const data = mkdtempSync(join(tmpdir(), 'docmgr-fixture-'))
const cli = ['dist/cli.js', '--data', data]
const off = ['document', 'signature', 'search', 'ws', 'grpc'].flatMap((name) => [
  '--set',
  `listen.${name}=off`,
])
const service = spawn(
  process.execPath,
  ['dist/cli.js', 'serve', '--json', '--port', '0', '--data', data, ...off],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
const [line] = await new Promise((resolve) =>
  createInterface({ input: service.stdout }).once('line', (text) => resolve([text])),
)
const { http } = JSON.parse(line).urls

async function send(method, path, body, headers = {}) {
  const response = await globalThis.fetch(http + path, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? undefined : response.json()
}

const create = (title, content, headers) =>
  send('POST', '/documents', { title, content, created_by: 'ada@example.com' }, headers)

try {
  const signed = await create('Signed', 'the heron waits', { 'idempotency-key': 'heron' })
  await send('GET', `/documents/${signed.id}`)
  const signer = { signer_email: 'bob@example.com', signer_name: 'Bob', signature_data: PNG }
  await send('POST', '/signatures', { document_id: signed.id, ...signer })
  const sent = await create('Größe 大', 'a second text')
  await send('PATCH', `/documents/${sent.id}`, { status: 'sent' })
  await send('DELETE', `/documents/${(await create('Deleted', 'a third text')).id}`)
  spawnSync(process.execPath, [cli[0], 'backup', FILE, '--force', ...cli.slice(1)], { stdio: 'inherit' })
} finally {
  service.kill('SIGTERM')
  await new Promise((resolve) => service.once('exit', resolve))
  rmSync(data, { recursive: true })
}
