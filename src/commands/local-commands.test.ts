import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import jwt from 'jsonwebtoken'
import { runCli } from '../testing/cli.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'docmgr-cli-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))

/** Uses free ports for every listener. */
const FREE = ['http', 'document', 'signature', 'search', 'ws', 'grpc'].flatMap((name) => [
  '--set',
  `listen.${name}=0`,
])

test('config shows each value with its source and hides secrets', async () => {
  await writeFile(join(folder, 'docmgr.config.ts'), `export default { log: { level: 'info' } }`)
  const env = {
    DOCMGR_AUTH_SECRET: 'a secret of more than thirty-two bytes',
    DOCMGR_DATABASE_URL: 'postgres://me:pass@db/docmgr',
    DOCMGR_LISTEN_HTTP: '9000',
  }
  const options = { cwd: folder, env }
  const plain = await runCli(['config', '--data', 'here'], options)
  assert.equal(plain.code, 0, plain.stderr)
  assert.match(plain.stdout, /^listen\.http +9000 +DOCMGR_LISTEN_HTTP$/m)
  assert.match(plain.stdout, /^log\.level +info +docmgr\.config\.ts$/m)
  assert.match(plain.stdout, /^data +\S+\/here +--data$/m)
  assert.match(plain.stdout, /^database\.url +postgres:\/\/me:\[hidden\]@db\/docmgr +DOCMGR_DATABASE_URL$/m)
  assert.doesNotMatch(plain.stdout, /thirty-two|pass@/)
  const { stdout } = await runCli(['config', '--json'], options)
  const { settings } = JSON.parse(stdout)
  const secret = settings.find(({ key }: { key: string }) => key === 'auth.secret')
  assert.equal(secret.value, '[hidden]')
  assert.equal(secret.origin, 'environment')
  await rm(join(folder, 'docmgr.config.ts'))
})

test('token signs with the secret in the data folder, which only its owner can read', async () => {
  const data = join(folder, 'tokens')
  const args = ['token', '--user-id', 'ada', '--email', 'ada@example.com', '--admin', '--data', data]
  const { stdout } = await runCli([...args, '--lifetime', '60'])
  const { sub, email, admin, iat, exp } = jwt.decode(stdout.trim()) as jwt.JwtPayload
  assert.deepEqual(
    { sub, email, admin, seconds: exp! - iat! },
    {
      sub: 'ada',
      email: 'ada@example.com',
      admin: true,
      seconds: 60,
    },
  )
  assert.equal((await stat(join(data, 'token-secret'))).mode & 0o777, 0o600)
})

test('roles shows the modules as a tree, as JSON and as a flowchart', async () => {
  const tree = await runCli(['roles', '--role', 'document'])
  assert.match(tree.stdout, /─ database$/m)
  assert.doesNotMatch(tree.stdout, /signature/)
  const { modules } = JSON.parse((await runCli(['roles', '--json'])).stdout)
  const names = modules.map(({ name }: { name: string }) => name)
  for (const { name, needs } of modules) {
    for (const need of needs) assert.ok(names.indexOf(need) < names.indexOf(name), `${need} before ${name}`)
  }
  assert.match((await runCli(['roles', '--mermaid'])).stdout, /^flowchart TD\n/)
})

test('doctor finds a port in use and suggests a fix', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  try {
    const base = ['doctor', '--data', join(folder, 'doctor'), ...FREE]
    const free = await runCli([...base, '--json'])
    assert.equal(free.code, 0, free.stdout)
    const { code, stdout } = await runCli([...base, '--set', `listen.http=${port}`])
    assert.equal(code, 3)
    assert.match(
      stdout,
      new RegExp(`ports: listen\\.http = ${port}: taken\\n    → stop the programs that use them`),
    )
  } finally {
    server.close()
  }
})

test('doctor reports an invalid configuration', async () => {
  const { code, stdout } = await runCli(['doctor', '--json'], { env: { DOCMGR_LISTEN_HTTP: 'x' } })
  assert.equal(code, 3)
  const { findings } = JSON.parse(stdout)
  const configuration = findings.find(({ name }: { name: string }) => name === 'configuration')
  assert.equal(configuration.state, 'problem')
})

test('migrate applies the migrations of a new embedded database, and --check counts them before', async () => {
  const args = ['migrate', '--json', '--data', join(folder, 'migrated')]
  const pending = await runCli([...args, '--check'])
  assert.equal(pending.code, 3, pending.stderr)
  assert.ok(JSON.parse(pending.stdout).pending > 0)
  assert.deepEqual(JSON.parse((await runCli(args)).stdout).applied, JSON.parse(pending.stdout).pending)
  const after = await runCli([...args, '--check'])
  assert.deepEqual([after.code, JSON.parse(after.stdout)], [0, { pending: 0 }])
})

test('a client command fails when no service answers', async () => {
  const url = 'http://127.0.0.1:9'
  const { code, stderr } = await runCli(['search', 'x', '--url', url])
  assert.equal(code, 4)
  assert.match(stderr, /no docmgr answers at http:\/\/127\.0\.0\.1:9 of --url \(ECONNREFUSED\)/)
})
