// Runs the compiled tests with node:test, in parallel, one process a file.
//
//   node src/build/test.mjs [--out=dist] [--stack] [PATTERN…] [-- options of node --test]
//
// Files named *.stack.test.ts need the servers of docker/native: with --stack only they run, without it all others.
// PATTERN is a part of a path: `npm test -- ws` runs the test files with `ws` in their path.
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { findFiles } from './files.mjs'

const args = process.argv.slice(2)
const split = args.indexOf('--')
const own = split === -1 ? args : args.slice(0, split)
const forNode = split === -1 ? [] : args.slice(split + 1)
const out = own.find((argument) => argument.startsWith('--out='))?.slice(6) ?? 'dist'
const stack = own.includes('--stack')
const patterns = own.filter((argument) => !argument.startsWith('--'))

const files = [...findFiles(out, /\.test\.js$/), ...findFiles('docker/native', /\.test\.mjs$/)].filter(
  (path) =>
    /\.stack\.test\.\w+$/.test(path) === stack &&
    (patterns.length === 0 || patterns.some((pattern) => path.includes(pattern))),
)
if (files.length === 0) {
  console.error(`no test file below ${out} has ${patterns.join(' or ')} in its path`)
  process.exit(1)
}
// A stack test may start a whole deployment beside the servers: two cores for each.
const concurrency = stack
  ? Math.max(1, Math.floor(availableParallelism() / 2))
  : Math.max(2, availableParallelism())
const { status } = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-reporter=spec',
    // The crash tests are the longest by far; each test has shorter limits of its own.
    '--test-timeout=900000',
    ...forNode,
    ...files,
  ],
  { stdio: 'inherit', env: { ...process.env, ...(stack && { ACCEPTANCE_TARGET: 'topology' }) } },
)
process.exit(status ?? 1)
