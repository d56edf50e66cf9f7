// Runs docmgr and restarts it after each change of a source file:
//
//   npm run dev [-- options of `docmgr serve`]
//
// A debugger can attach to 127.0.0.1:9229 (INSPECT=host:port for another place, INSPECT=off for none).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
/** Restarts happen one after the other. */
let restarting = Promise.resolve()

async function stop() {
  if (!service || service.exitCode !== null || service.signalCode !== null) return
  const exited = once(service, 'exit')
  service.kill('SIGTERM')
  const kill = setTimeout(() => service.kill('SIGKILL'), STOP_LIMIT_MS)
  await exited
  clearTimeout(kill)
}

async function restart() {
  await stop()
  if (isEnding) return
  // In a process group of its own: Ctrl-C reaches this process only, which then stops the service.
  service = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  service.once('exit', (code) => {
    if (!isEnding && code)
      console.error(`docmgr has ended with ${code}; it starts again after the next change`)
  })
}

const restartAfterBuild = {
  name: 'restart-after-build',
  setup({ onEnd }) {
    onEnd(({ errors }) => {
      if (errors.length > 0) return
      finishBuild(OUT)
      restarting = restarting.then(restart)
    })
  },
}

const entries = entryPoints({ all: false })
const builder = await context({ ...compileOptions(OUT, { entries }), plugins: [restartAfterBuild] })
await builder.watch()

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    isEnding = true
    await builder.dispose()
    await restarting
    await stop()
    process.exit(0)
  })
}
