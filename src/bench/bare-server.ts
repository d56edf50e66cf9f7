import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Pool } from 'undici'
import { buildRoot } from '../runtime/package-root.ts'
import { within } from '../testing/deadline.ts'
import { type Answer, openPool } from './load.ts'

export interface BareServer {
  pool: Pool
  /** seconds so far */
  cpu(): Promise<number>
  stop(): Promise<void>
}

/** Headers that node:http sets itself. */
const OWN = new Set(['date', 'connection', 'keep-alive'])

/** Starts a bare node:http server that gives this answer, with its headers. */
export async function startBareServer({ status, headers, body }: Answer): Promise<BareServer> {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.has(name)))
  const child = fork(join(buildRoot(), 'bench/bare-server.worker.js'), [
    JSON.stringify({ status, headers: kept, body }),
  ])
  const [{ port }] = (await within(10_000, 'the bare server', once(child, 'message'))) as [{ port: number }]
  const pool = openPool(`http://127.0.0.1:${port}`)
  return {
    pool,
    async cpu() {
      const said = once(child, 'message')
      child.send('cpu')
      const [{ cpu }] = (await within(10_000, 'the bare server', said)) as [{ cpu: number }]
      return cpu
    },
    async stop() {
      await pool.close()
      const exited = once(child, 'exit')
      child.kill()
      await within(10_000, 'the bare server to end', exited)
    },
  }
}
