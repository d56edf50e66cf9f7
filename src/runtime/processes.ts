import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Distinguishes a running process from a later one with the same pid: a text that is constant while the process runs.
 * Undefined when no such process runs; a zombie does not run.
 *
 * Linux: the boot id and the start time in clock ticks since that boot (proc_pid_stat(5), field 22).
 * Elsewhere: `ps`.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return startTimeFromPs(pid)
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined
  // The second field is the name in parentheses, which may contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return `${boot.trim()}/${fields[19]}`
}

async function startTimeFromPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
    })
    const [state, ...start] = stdout.trim().split(/\s+/)
    return !state || state.startsWith('Z') ? undefined : start.join(' ')
  } catch {
    return undefined
  }
}

/** Waits until a process has ended. @returns false when it is still running after `limitMs` milliseconds */
export async function waitUntilGone(pid: number, limitMs: number): Promise<boolean> {
  const identity = await processIdentity(pid)
  const deadline = performance.now() + limitMs
  while (identity !== undefined && (await processIdentity(pid)) === identity) {
    if (performance.now() > deadline) return false
    await delay(20)
  }
  return true
}

/** @returns false when there is no such process, or this user may not signal it */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
