import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { buildRoot } from '../../runtime/package-root.ts'
import { signalProcess } from '../../runtime/processes.ts'
import { within } from '../../testing/deadline.ts'
import { type ServiceProcess, serviceEnvironment } from '../../testing/service-process.ts'
import { postmasterPid, withDatabase } from './cluster.ts'
import type { Casualty, Victim } from './plan.ts'

/** What a start must say after each kind of end. */
export const FINDING: Record<Victim, RegExp | undefined> = {
  node: /PostgreSQL of an earlier run \(pid \d+\) was still there: stopped/,
  postgres: /PostgreSQL had not been stopped cleanly: recovered from its write-ahead log/,
  both: /PostgreSQL had not been stopped cleanly: recovered from its write-ahead log/,
  stop: undefined,
}

const EXIT_LIMIT_MS = 30_000

/** Ends the service as the victim says, and returns when its process is gone. */
export async function end(
  service: ServiceProcess,
  data: string,
  victim: Victim,
  nodeFirst: boolean,
): Promise<void> {
  if (victim === 'stop') return assert.equal(await service.stop(), 0, 'the exit code after SIGTERM')
  const postmaster = await postmasterPid(data)
  if (victim === 'postgres') {
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
    () => void (victim === 'both' && signalProcess(postmaster, 'SIGKILL')),
  ]
  for (const kill of nodeFirst ? kills : kills.reverse()) kill()
  await service.exited
}

/** Kills a process of PostgreSQL that serves docmgr; PostgreSQL then starts all its processes anew. */
export async function killOne(data: string, kind: Casualty, pick: (pids: number[]) => number): Promise<void> {
  const pids = await withDatabase(data, async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      'select pid from pg_stat_activity where backend_type = $1 and pid <> pg_backend_pid() order by pid',
      [kind],
    )
    return rows.map(({ pid }) => pid)
  })
  if (pids.length > 0) signalProcess(pick(pids), 'SIGKILL')
}

/** A start that is killed, whatever it is doing at that moment. */
export async function interruptStart(data: string, after: number): Promise<void> {
  const child = spawn(process.execPath, [join(buildRoot(), 'cli.js'), 'serve', '--json', '--data', data], {
    env: serviceEnvironment(),
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  await Promise.race([delay(after, undefined, { ref: false }), exited])
  assert.equal(child.exitCode, null, `a start ended by itself with ${child.exitCode}`)
  child.kill('SIGKILL')
  await exited
}
