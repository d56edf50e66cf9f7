// Runs docmgr and restarts it after each change of a source file:
//
//   npm run dev [-- options of `docmgr serve`]
//
// A debugger can attach to 127.0.0.1:9229 (INSPECT=host:port for another place, INSPECT=off for none).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { context } from 'esbuild'
import { compileOptions, entryPoints, finishBuild } from './compile.mjs'

const OUT = '.out/dev'
const STOP_LIMIT_MS = 15_000
const inspect = process.env.INSPECT ?? '127.0.0.1:9229'
const args = [
  '--enable-source-maps',
  ...(inspect === 'off' ? [] : [`--inspect=${inspect}`]),
  `${OUT}/cli.js`,
  'serve',
  ...process.argv.slice(2),
]

let service
let isEnding = false

async function stop() {
  if (!service || service.exitCode !== null || service.signalCode !== null) return
  const exited = once(service, 'exit')
  service.kill('SIGTERM')
  const kill = setTimeout(() => service.kill('SIGKILL'), STOP_LIMIT_MS)
  await exited
  clearTimeout(kill)
}

function start() {
  if (isEnding) return
  // In a process group of its own: Ctrl-C reaches this process only, which then stops the service.
  service = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  service.once('exit', (code) => {
    if (!isEnding && code)
      console.error(`docmgr has ended with ${code}; it starts again after the next change`)
  })
}

const builder = await context({
  ...compileOptions(OUT, { entries: entryPoints({ all: false }) }),
  packages: 'external',
})

/** Keeps the running service where the sources do not compile. */
async function rebuild() {
  const begun = performance.now()
  try {
    await builder.rebuild()
  } catch {
    return
  }
  finishBuild(OUT)
  const built = performance.now()
  await stop()
  console.error(
    `built in ${Math.round(built - begun)} ms, stopped in ${Math.round(performance.now() - built)} ms`,
  )
  start()
}

/** Builds happen one after the other; changes during one lead to a single further one. */
let building = rebuild()
let isWaiting = false
function rebuildSoon() {
  if (isWaiting) return
  isWaiting = true
  building = building.then(async () => {
    // An editor writes several files, or one in several steps.
    await delay(20)
    isWaiting = false
    await rebuild().catch((error) => console.error(error.message))
  })
}

/** By folder, not by file: many editors save by putting a new file in the place of the old one. */
const watchers = new Map()
function watchFolders() {
  const folders = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  for (const [folder, watcher] of watchers) {
    if (folder === 'src' || folders.includes(folder)) continue
    watcher.close()
    watchers.delete(folder)
  }
  for (const folder of ['src', ...folders]) {
    if (!watchers.has(folder))
      watchers.set(
        folder,
        watch(folder, (_event, name) => onChange(name ?? '')),
      )
  }
}

function onChange(name) {
  if (!name.includes('.')) watchFolders()
  if (!name.endsWith('.test.ts')) rebuildSoon()
}
watchFolders()

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    isEnding = true
    for (const watcher of watchers.values()) watcher.close()
    await building
    await stop()
    await builder.dispose()
    process.exit(0)
  })
}
