// Runs before `npm start`, `npm test` and `npm run bench`: installs the packages and builds when
// that has not been done yet or something changed since. Needs nothing but Node and npm.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { fingerprint } from './files.mjs'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`docmgr needs Node 20.19 or newer; this is ${process.version}.`)
  process.exit(1)
}

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) return
  console.error(`\`${command} ${args.join(' ')}\` failed${error ? `: ${error.message}` : '; see above'}.`)
  process.exit(1)
}

// npm writes this file when an install has finished.
const installed = 'node_modules/.package-lock.json'
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs) {
  console.error('Installing packages (once) …')
  run('npm', 'ci', '--no-fund', '--no-audit', '--loglevel=error')
}

const built = 'dist/.fingerprint'
if (!existsSync(built) || readFileSync(built, 'utf8') !== fingerprint()) {
  console.error('Building …')
  run(process.execPath, 'src/build/build.mjs')
}
