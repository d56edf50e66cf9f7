// Runs the compiled tests with node:test, one process a file.
//
//   npm test                                everything that needs no server, with 5 rounds of the crash test
//   npm test -- PATTERN…                    the files with PATTERN in their path: npm test -- roles/ws
//   npm test -- PATTERN… --name 'TEXT'      and of those the tests whose name contains TEXT (a regular expression)
//   npm run test:unit                       the pure tests: no database, no other process
//   npm run test:crash [-- --rounds=200]    only the crash test, 50 rounds unless said otherwise
//   npm run test:stack [-- PATTERN…]        the files *.stack.test.ts, on the servers of docker/native
//   npm run test:browser [-- PATTERN…]      the files *.browser.test.ts, with Chromium
//
// Options of `node --test` go after a second `--`. --out=DIR names another build than dist.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { findFiles } from './files.mjs'

const separator = process.argv.indexOf('--')
const own = process.argv.slice(2, separator === -1 ? undefined : separator)
const forNode = separator === -1 ? [] : process.argv.slice(separator + 1)
const { values, positionals: patterns } = parseArgs({
  args: own,
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'dist' },
    name: { type: 'string' },
    rounds: { type: 'string' },
    unit: { type: 'boolean' },
    crash: { type: 'boolean' },
    stack: { type: 'boolean' },
    browser: { type: 'boolean' },
  },
})
const { out, stack = false, browser = false } = values
const pure = new Set(
  JSON.parse(readFileSync(`${out}/pure-tests.json`, 'utf8')).map((path) => `${out}/${path}`),
)

const isWanted = (path) =>
  /\.stack\.test\.\w+$/.test(path) === stack &&
  /\.browser\.test\.\w+$/.test(path) === browser &&
  (!values.unit || pure.has(path)) &&
  (!values.crash || path.endsWith('/crash.test.js')) &&
  (patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)))
// The short ones first: a mistake shows soon.
const files = [...findFiles(out, /\.test\.js$/), ...findFiles('docker', /\.test\.mjs$/)].filter(isWanted)
if (files.length === 0) {
  console.error(`no test file below ${out} has ${patterns.join(' or ')} in its path`)
  process.exit(1)
}

/** sequences of src/acceptance/model.test.ts, where more than its own number are wanted */
const modelRuns = Number(process.env.MODEL_RUNS ?? 0)
const rounds = values.rounds ?? process.env.CRASH_ROUNDS ?? (values.crash ? '50' : '5')
const cores = availableParallelism()

/** Starts the PostgreSQL server that the files of this run share. */
async function startServer() {
  const server = spawn(process.execPath, [`${out}/testing/shared-postgres.worker.js`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(server, 'exit')
  const line = once(createInterface(server.stdout), 'line')
  const [connection] = await Promise.race([line, exited.then(() => [])])
  if (connection === undefined) process.exit(1)
  return { connection, stop: () => (server.stdin.end(), exited) }
}

const needsServer = !stack && !browser && files.some((file) => file.startsWith(`${out}/`) && !pure.has(file))
const server = needsServer ? await startServer() : undefined
const { status } = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    // A stack test may start a whole deployment beside the servers: two cores for each. The others wait for something a
    // third of the time.
    `--test-concurrency=${stack ? Math.max(1, Math.floor(cores / 2)) : cores + 1}`,
    // For a file that hangs: each test has a shorter limit of its own.
    `--test-timeout=${300_000 + Number(rounds) * 20_000 + modelRuns * 150}`,
    ...(values.name === undefined ? [] : [`--test-name-pattern=${values.name}`]),
    ...(forNode.some((option) => option.startsWith('--test-reporter')) ? [] : ['--test-reporter=spec']),
    ...forNode,
    ...files,
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      CRASH_ROUNDS: rounds,
      ...(server && { TEST_POSTGRES: server.connection }),
      ...(stack && { ACCEPTANCE_TARGET: 'topology' }),
    },
  },
)
await server?.stop()
process.exit(status ?? 1)
