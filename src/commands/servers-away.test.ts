import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { awayPort, type Way } from '../testing/away-server.ts'
import { concurrentTests } from '../testing/concurrent-tests.ts'
import { startTestDatabases } from '../testing/database.ts'
import { createDocumentRows } from '../testing/document-rows.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { type Outcome, runHere } from '../testing/run-here.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { packageRoot } from '../runtime/package-root.ts'
import { passwordFileOf, usersOf } from '../config/access.ts'
import { EXIT } from './exit-codes.ts'
import { createProgram } from './program.ts'

/** Half a minute, and some seconds to start. */
const LIMIT_MS = 40_000

const folder = await mkdtemp(join(tmpdir(), 'docmgr-away-'))
TEST_FILE.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
await mkdir(join(folder, 'files'))
await writeFile(join(folder, 'files', 'a.txt'), 'The rent is due.')

for (const port of ['database', 'blobs', 'search', 'cache'] as const) {
  for (const user of usersOf(port).keys())
    await writeFile(join(folder, passwordFileOf(port, user)), 'x'.repeat(40))
}

const databases = await startTestDatabases()
TEST_FILE.after(() => databases.stop())
const database = await databases.open()
await createDocumentRows(database.pool).add('Lease')
const { host, port, user, password = '', database: name } = database.direct
const DATABASE_URL = `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${name}`

/** The setting of each server, and a URL for it. */
const SERVERS = {
  database: ['database.url', (at: number) => `postgres://docmgr@127.0.0.1:${at}/docmgr`],
  blobs: ['blobs.url', (at: number) => `s3:http://127.0.0.1:${at}`],
  search: ['search.url', (at: number) => `elasticsearch:http://127.0.0.1:${at}`],
  cache: ['cache.url', (at: number) => `redis://127.0.0.1:${at}`],
  changes: ['changes.url', (at: number) => `kafka://127.0.0.1:${at}`],
  connect: ['changes.connectUrl', (at: number) => `http://127.0.0.1:${at}`],
} as const
type Server = keyof typeof SERVERS

const ARCHIVE = join(packageRoot(), 'src/testing/backup-format-1.tar.gz')

/** What each command of the operator cannot do without. */
const NEEDS: Record<string, readonly Server[]> = {
  verify: ['cache', 'search', 'blobs', 'database'],
  'reindex --check': ['search'],
  reindex: ['database', 'blobs', 'search'],
  'dead-letters list': ['changes'],
  'dead-letters retry --all': ['database', 'changes', 'blobs'],
  // Without the search index it would hold the lock that backups need, while others are made here.
  gc: ['blobs', 'database'],
  [`backup ${join(folder, 'backup.tar.gz')}`]: ['blobs', 'database'],
  [`restore ${ARCHIVE}`]: ['blobs', 'database'],
  migrate: ['database'],
  [`access apply --passwords ${folder}`]: ['database', 'changes', 'blobs', 'search', 'cache'],
  'people list': ['database'],
  'keys list': ['database'],
  'erase ada@example.com --yes': ['database'],
  'login-link --email ada@example.com': ['database'],
  'cdc status': ['connect'],
  'cdc apply --wait 5': ['connect'],
  'cdc delete --yes': ['database'],
  serve: ['blobs', 'database'],
}
/** They use no server, or say of each whether it answers. */
const WITHOUT_SERVERS = ['token', 'config', 'roles', 'completion', 'doctor']

/** One command for each client of a server. The two last ways differ in nothing but what its client makes of them. */
const EXAMPLES = ['migrate', 'gc', 'reindex --check', 'verify', 'dead-letters list', 'cdc status', 'list']

function waysOf(command: string): Way[] {
  return EXAMPLES.includes(command) ? ['silent', 'refused', 'unreachable', 'closing'] : ['silent', 'refused']
}

const LISTENERS = ['http', 'document', 'signature', 'search', 'ws', 'grpc']
let folders = 0

/** Runs a command with one server away, and the others in this process. */
async function runWithout(server: Server, at: number, command: string): Promise<Outcome> {
  const data = join(folder, `data-${folders++}`)
  const [key, urlAt] = SERVERS[server]
  const settings: Record<string, unknown> = {
    // It would make users of the server of all tests.
    ...(command.startsWith('access') ? {} : { 'database.url': DATABASE_URL }),
    'blobs.url': `file://${data}-objects`,
    'blobs.accessKey': 'key',
    'blobs.secretKey': 'secret',
    'changes.slot': `away_${folders}`,
    ...(server === 'connect' || command.startsWith('cdc') ? { 'changes.url': 'kafka://127.0.0.1:9' } : {}),
    // An index of one process cannot follow a shared feed.
    ...(server === 'changes' && command === 'serve' ? { 'search.url': SERVERS.search[1](9) } : {}),
    ...Object.fromEntries(LISTENERS.map((one) => [`listen.${one}`, 0])),
    [key]: urlAt(at),
  }
  const flags = Object.entries(settings).flatMap(([one, value]) => ['--set', `${one}=${value}`])
  return runHere([...command.split(' '), '--data', data, ...flags], LIMIT_MS)
}

const cases: Record<string, () => Promise<void>> = {}
for (const [command, servers] of Object.entries(NEEDS)) {
  for (const way of waysOf(command)) {
    for (const server of way === 'unreachable' || way === 'closing' ? servers.slice(0, 1) : servers) {
      cases[`${way}: ${command.replaceAll(/\/\S+/g, 'FILE')} names the setting of ${server}`] = async () => {
        const { code, errors } = await runWithout(server, await portOf(way), command)
        assert.equal(code, EXIT.unreachable, errors)
        const key = SERVERS[server][0].replace('.', '\\.')
        assert.match(errors, new RegExp(`${key}.*\\(from --set\\)`), errors)
      }
    }
  }
}
for (const command of clientCommands()) {
  for (const way of waysOf(command)) {
    cases[`${way}: ${command.split(' ')[0]} names where the URL of a service comes from`] = async () => {
      const url = `http://127.0.0.1:${await portOf(way)}`
      const { code, errors } = await runHere([...command.split(' '), '--url', url], LIMIT_MS)
      assert.equal(code, EXIT.unreachable, errors)
      assert.match(errors, new RegExp(`no docmgr answers at ${url} of --url \\(`), errors)
    }
  }
}

for (const server of ['database', 'blobs', 'search', 'cache', 'changes'] as const) {
  cases[`doctor finds a ${server} that accepts connections and does not answer`] = async () => {
    const { code, output } = await runWithout(server, await portOf('silent'), 'doctor')
    assert.equal(code, EXIT.attention, output)
    assert.match(output, new RegExp(`→ start .*, or correct ${SERVERS[server][0].replace('.', '\\.')}`))
  }
}

for (const server of ['cache', 'search', 'changes'] as const) {
  cases[`serve starts without ${server}`] = async () => {
    const { code, output, errors } = await runWithout(server, await portOf('silent'), 'serve')
    assert.equal(code, EXIT.done, errors)
    assert.match(output, /docmgr is ready/)
  }
}

cases['of several servers the one that is away is named, also by a name that does not resolve'] =
  async () => {
    const database = [
      '--data',
      join(folder, 'names'),
      '--set',
      'database.url=postgres://docmgr@pooler.invalid/x',
    ]
    const unknown = await runHere(['migrate', ...database], LIMIT_MS)
    assert.equal(unknown.code, EXIT.unreachable)
    assert.match(unknown.errors, /the server of database\.url cannot be reached .*pooler\.invalid/)
    const direct = ['--set', `database.directUrl=${SERVERS.database[1](9)}`]
    const { errors } = await runHere(['migrate', ...database, ...direct], LIMIT_MS)
    assert.match(errors, /the server of database\.directUrl cannot be reached/)
  }

for (const command of ['seed --count 2', `import ${join(folder, 'files')}`]) {
  cases[`${command.split(' ')[0]} ends without the search index, and says what is missing`] = async () => {
    const { code, errors } = await runAlone(command)
    assert.equal(code, EXIT.attention, errors)
    assert.match(errors, /not indexed yet: .*search\.url; the next start indexes the rest/)
  }
}
cases['search names the setting of an index that its own service cannot reach'] = async () => {
  const { code, errors } = await runAlone('search rent')
  assert.equal(code, EXIT.unreachable, errors)
  assert.match(errors, /the server of search\.url cannot be reached/)
}

/** Runs a command that starts a service of its own, whose search index is away. */
async function runAlone(command: string): Promise<Outcome> {
  const data = await newDataFolder(join(folder, `own-${folders++}`))
  const url = SERVERS.search[1](await portOf('silent'))
  return runHere([...command.split(' '), '--data', data, '--set', `search.url=${url}`], LIMIT_MS)
}

/** One line for each client command of the program, with values for its arguments. */
function clientCommands(): string[] {
  const id = '01a201cf-2dea-7226-9076-3169e0d79aa5'
  const values: Record<string, string> = {
    path: join(folder, 'files'),
    files: join(folder, 'files', 'a.txt'),
    query: 'rent',
    status: 'sent',
  }
  const options: Record<string, string> = { sign: ' --name Ada --email ada@example.com' }
  return createProgram({ out() {}, note() {} } as never, () => {}).commands.flatMap((command) => {
    if (!command.options.some(({ long }) => long === '--url')) return []
    const words = command.registeredArguments.map((argument) => values[argument.name()] ?? id)
    return [`${[command.name(), ...words].join(' ')}${options[command.name()] ?? ''}`]
  })
}

const ports = new Map<Way, Promise<number>>()
function portOf(way: Way): Promise<number> {
  const known = ports.get(way) ?? awayPort(TEST_FILE, way)
  ports.set(way, known)
  return known
}

cases['every command of the program is tried here'] = async () => {
  const tried = [...Object.keys(NEEDS), ...clientCommands(), ...WITHOUT_SERVERS].map(
    (command) => command.split(' ')[0],
  )
  const all = createProgram({ out() {}, note() {} } as never, () => {}).commands.map((command) =>
    command.name(),
  )
  assert.deepEqual([...new Set(tried)].sort(), [...all].sort())
}

concurrentTests('commands without one of their servers', 12, cases)
