import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Role } from '../config/roles.ts'
import { packageRoot } from '../runtime/package-root.ts'
import { eventually, within } from './deadline.ts'
import { freePorts } from './free-ports.ts'

const run = promisify(execFile)

/** nginx with the routing table of docker/kong.yml. */
export interface Gateway {
  url: string
  /** configures the current instances; requests in flight are not disturbed */
  reload(): Promise<void>
  /** its error log */
  output(): Promise<string>
}

export interface OwnGateway extends Gateway {
  start(): Promise<void>
  stop(): Promise<void>
}

interface Target {
  role: Role
  port: number
}

/** Serves the instances that `targets` gives at its start and at each reload. */
export async function openGateway(targets: () => readonly Target[]): Promise<OwnGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-gateway-'))
  const [port] = await freePorts(1)
  const conf = join(folder, 'nginx.conf')
  const errors = join(folder, 'error.log')
  let generation = 0
  let child: ChildProcess | undefined

  const write = async (): Promise<void> => {
    const flags = targets().map(({ role, port }) => `--target=${role}=127.0.0.1:${port}`)
    const generate = join(packageRoot(), 'docker/native/gateway/generate.mjs')
    const own = [`--listen=127.0.0.1:${port}`, `--folder=${folder}`, `--generation=${++generation}`]
    const { stdout } = await run(process.execPath, [generate, ...own, ...flags])
    await writeFile(conf, stdout)
  }
  const output = (): Promise<string> => readFile(errors, 'utf8').catch(() => '')
  const inForce = (): Promise<void> =>
    eventually('the gateway to have its configuration', async () => {
      if (child?.exitCode !== null) throw new Error(`the gateway has ended: ${await output()}`)
      return (
        (await generationOf(join(folder, 'status.sock'))) === String(generation) || (await delay(20, false))
      )
    }).then(() => {})

  return {
    url: `http://127.0.0.1:${port}`,
    output,
    async start() {
      await write()
      const args = ['-p', folder, '-e', errors, '-c', conf, '-g', 'daemon off;']
      const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` }
      child = spawn('nginx', args, { stdio: 'ignore', env })
      await Promise.race([
        once(child, 'spawn'),
        once(child, 'error').then(([error]) => Promise.reject(error)),
      ])
      await inForce()
    },
    async reload() {
      await write()
      child?.kill('SIGHUP')
      await inForce()
    },
    async stop() {
      if (child && child.exitCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        await within(30_000, 'the gateway to stop', ended)
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The number of the configuration that the running workers use. */
async function generationOf(socketPath: string): Promise<string | undefined> {
  const asked = request({ socketPath, path: '/', agent: false, timeout: 1_000 })
  asked.end()
  try {
    const [response] = await once(asked, 'response')
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return text
  } catch {
    return undefined
  }
}
