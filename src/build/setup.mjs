// Runs before the npm scripts: installs the packages and builds, each only when something changed since the last time.
// Needs nothing but Node and npm.
//
//   node src/build/setup.mjs [--install]
//
// --install: only the packages, for scripts that do not need dist.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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

// By content: a change of branches touches the file without changing it. npm ci removes the copy with all packages.
const wanted = readFileSync('package-lock.json', 'utf8')
const installed = 'node_modules/.lock-copy'
const isKnown = existsSync(installed) && readFileSync(installed, 'utf8') === wanted
if (!isKnown && isInstalled()) writeFileSync(installed, wanted)
else if (!isKnown) {
  console.error('Installing packages (once) …')
  run('npm', 'ci', '--no-fund', '--no-audit', '--loglevel=error')
  writeFileSync(installed, wanted)
}

/** Whether npm has just installed what is wanted, as a person's own `npm ci` does: it notes what is there, once all of it is. */
function isInstalled() {
  const noted = 'node_modules/.package-lock.json'
  if (!existsSync(noted)) return false
  const { packages } = JSON.parse(readFileSync(noted, 'utf8'))
  return Object.entries(JSON.parse(wanted).packages).every(([path, { version, integrity, optional }]) => {
    const found = packages[path]
    if (path === '' || (optional && found === undefined)) return true
    return found?.version === version && found.integrity === integrity
  })
}

const built = 'dist/.fingerprint'
const isBuilt = existsSync(built) && readFileSync(built, 'utf8') === fingerprint()
if (!isBuilt && !process.argv.includes('--install')) {
  console.error('Building …')
  run(process.execPath, 'src/build/build.mjs')
}
