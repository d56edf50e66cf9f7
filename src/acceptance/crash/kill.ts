import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { within } from '../../testing/deadline.ts'
import { builtProgram } from '../../testing/cli.ts'
import { postmasterPid, signalProcess, withDatabase } from '../../testing/service-database.ts'
import { type ServiceProcess, serviceEnvironment } from '../../testing/service-process.ts'
import type { BackendKill, KillTarget } from './plan.ts'

/** What the next start must report after each kind of end. */
export const FINDING: Record<KillTarget, RegExp | undefined> = {
  // PostgreSQL ends by itself, before the next start or during it.
  node: /^$|PostgreSQL of an earlier run \(pid \d+\) was still there: stopped|recovered from its write-ahead log/,
  postgres: /PostgreSQL had not been stopped cleanly: recovered from its write-ahead log/,
  both: /PostgreSQL had not been stopped cleanly: recovered from its write-ahead log/,
  stop: undefined,
}

const EXIT_LIMIT_MS = 30_000

/** Ends the service, and returns when its process is gone. */
export async function end(
  service: ServiceProcess,
  data: string,
  target: KillTarget,
  nodeFirst: boolean,
): Promise<void> {
  if (target === 'stop') return assert.equal(await service.stop(), 0, 'the exit code after SIGTERM')
  const postmaster = await postmasterPid(data)
  if (target === 'postgres') {
    process.kill(postmaster, 'SIGKILL')
    const { code, stderr } = await within(EXIT_LIMIT_MS, 'docmgr to end without PostgreSQL', service.exited)
    assert.equal(code, 1, `the exit code without PostgreSQL: ${stderr}`)
    assert.match(
      stderr,
      /error: .*database has failed: PostgreSQL \(pid \d+, .*\) has ended, killed by SIGKILL/,
    )
    return
  }
  const kills = [
    () => service.kill('SIGKILL'),
    () => void (target === 'both' && signalProcess(postmaster, 'SIGKILL')),
  ]
  for (const kill of nodeFirst ? kills : kills.reverse()) kill()
  await service.exited
}

/** Kills a process of PostgreSQL that serves docmgr; PostgreSQL then restarts all its processes. */
export async function killBackend(
  data: string,
  kind: BackendKill,
  pick: (pids: number[]) => number,
): Promise<void> {
  const pids = await withDatabase(data, async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      'select pid from pg_stat_activity where backend_type = $1 and pid <> pg_backend_pid() order by pid',
      [kind],
    )
    return rows.map(({ pid }) => pid)
  })
  if (pids.length > 0) signalProcess(pick(pids), 'SIGKILL')
}

/** Starts docmgr and kills it after this time. */
export async function interruptStart(data: string, after: number): Promise<void> {
  const child = spawn(process.execPath, [builtProgram().path, 'serve', '--json', '--data', data], {
    env: serviceEnvironment(),
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  await Promise.race([delay(after, undefined, { ref: false }), exited])
  assert.equal(child.exitCode, null, `a start ended by itself with ${child.exitCode}`)
  child.kill('SIGKILL')
  await exited
}
