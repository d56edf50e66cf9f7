// Runs before the npm scripts: installs the packages and builds, each only when something changed since the last time.
// Needs nothing but Node and npm.
//
//   node src/build/setup.mjs [--install]
//
// --install: only the packages, for scripts that do not need dist.
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
const isBuilt = existsSync(built) && readFileSync(built, 'utf8') === fingerprint()
if (!isBuilt && !process.argv.includes('--install')) {
  console.error('Building …')
  run(process.execPath, 'src/build/build.mjs')
}
