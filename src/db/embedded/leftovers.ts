import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, realpath, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { processIdentity, signalProcess, waitUntilGone } from '../../runtime/processes.ts'

const run = promisify(execFile)

/** Milliseconds to wait for a process to end by each way of stopping it, before the next one. */
const STOP_TIMEOUTS_MS = { fast: 10_000, immediate: 5_000, kill: 5_000, children: 3_000 }

/** Milliseconds in which a starting server has written its process id. */
const WRITTEN_MS = 1_000

/**
 * The lines of `postmaster.pid` that matter here (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*): the first is
 * the process id, the fifth the folder of the Unix socket, the eighth the status.
 */
export interface PostmasterFile {
  pid: number
  socketFolder: string
  ready: boolean
}

/** Undefined when there is no file, or it has no process id: it is being written, or a power failure took what was written. */
export async function readPostmasterFile(data: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number.parseInt(lines[0] ?? '', 10)
  if (!(pid > 0)) return undefined
  return { pid, socketFolder: lines[4]?.trim() ?? '', ready: lines[7]?.trim() === 'ready' }
}

/**
 * Stops and removes what an unclean end left on the data folder. The caller holds the lock of the folder, so a server
 * that runs on it has lost its supervisor.
 * @returns what it did, in sentences for the operator
 */
export async function clearLeftovers(data: string): Promise<string[]> {
  const findings: string[] = []
  const file = await readPostmasterFile(data)
  const server = await runningServer(data)
  if (server !== undefined) {
    await stopServer(server, data)
    findings.push(`PostgreSQL of an earlier run (pid ${server}) was still there: stopped`)
  } else if (file && isPidInUse(file.pid)) {
    // PostgreSQL would mistake that process for a server of this folder, and refuse to start.
    await rm(join(data, 'postmaster.pid'), { force: true })
    // A zombie is the killed server itself, not reaped yet: nothing to report.
    const isOther = (await processIdentity(file.pid)) !== undefined
    if (isOther)
      findings.push(
        `postmaster.pid named process ${file.pid}, which is not a PostgreSQL of this folder: removed`,
      )
  }
  const killed = await endChildren(data)
  if (killed > 0) findings.push(`${killed} processes of a killed PostgreSQL were still running: ended`)
  if (await isPostmasterFileBroken(data)) {
    await rm(join(data, 'postmaster.pid'), { force: true })
    findings.push('postmaster.pid had no process id, as after a power failure: removed')
  }
  return findings
}

/** PostgreSQL refuses to start on a file without a process id. A server that is just starting writes it at once. */
async function isPostmasterFileBroken(data: string): Promise<boolean> {
  const until = performance.now() + WRITTEN_MS
  while ((await stat(join(data, 'postmaster.pid')).catch(() => undefined)) !== undefined) {
    if ((await readPostmasterFile(data)) !== undefined) return false
    if (performance.now() > until) return true
    await delay(50)
  }
  return false
}

/** The process id of the PostgreSQL server that runs on this data folder; undefined when none does. */
export async function runningServer(data: string): Promise<number | undefined> {
  const file = await readPostmasterFile(data)
  return file && (await isServerOf(file.pid, data)) ? file.pid : undefined
}

/**
 * Whether the process is a PostgreSQL server of this data folder: by its command line, which every user may read, or by
 * its program and working folder, which stay right when the folder is renamed.
 */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  if ((await processIdentity(pid)) === undefined) return false
  if (process.platform === 'linux') {
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (basename(args[0] ?? '') === 'postgres' && args[args.indexOf('-D') + 1] === data) return true
    return worksIn(pid, await realpath(data))
  }
  const { stdout } = await run('/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout.includes(`/postgres -D ${data} `)
}

/** Linux only. False also when the process may not be inspected. */
async function worksIn(pid: number, realData: string): Promise<boolean> {
  try {
    const [folder, program] = await Promise.all([readlink(`/proc/${pid}/cwd`), readlink(`/proc/${pid}/exe`)])
    return folder === realData && basename(program).split(' ')[0] === 'postgres'
  } catch {
    return false
  }
}

/** Also true for a zombie and for another user's process. */
function isPidInUse(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function stopServer(pid: number, data: string): Promise<void> {
  for (const [signal, timeoutMs] of [
    ['SIGINT', STOP_TIMEOUTS_MS.fast],
    ['SIGQUIT', STOP_TIMEOUTS_MS.immediate],
    ['SIGKILL', STOP_TIMEOUTS_MS.kill],
  ] as const) {
    signalProcess(pid, signal)
    if (await waitUntilGone(pid, timeoutMs)) return
  }
  throw new Error(`PostgreSQL of an earlier run (pid ${pid}) on ${data} cannot be stopped: end it manually`)
}

/**
 * Waits for the other processes of PostgreSQL, which end without their server. Those that execute a long statement are
 * killed, as PostgreSQL's own crash handling does.
 * @returns how many were killed
 */
async function endChildren(data: string): Promise<number> {
  const children = await processesOf(data)
  const gone = await Promise.all(children.map((pid) => waitUntilGone(pid, STOP_TIMEOUTS_MS.children)))
  const stuck = children.filter((_, index) => !gone[index])
  for (const pid of stuck) signalProcess(pid, 'SIGKILL')
  await Promise.all(stuck.map((pid) => waitUntilGone(pid, STOP_TIMEOUTS_MS.kill)))
  return stuck.length
}

/**
 * The setting cluster_name, which PostgreSQL shows in the titles of its processes. Their working folder would identify
 * them too, but in a container root may not read that of another user's process. It is made from the folder's identity
 * on its file system, so it is unique whatever the path.
 */
export async function clusterName(data: string): Promise<string> {
  const { dev, ino } = await stat(data, { bigint: true })
  return `docmgr-${dev}-${ino}`
}

async function processesOf(data: string): Promise<number[]> {
  const title = `postgres: ${await clusterName(data)}: `
  if (process.platform !== 'linux') {
    const { stdout } = await run('/bin/ps', ['-axww', '-o', 'pid=', '-o', 'command='])
    return stdout
      .split('\n')
      .filter((line) => line.includes(title))
      .map((line) => Number.parseInt(line, 10))
  }
  const realData = await realpath(data)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const isOurs = async (pid: number): Promise<boolean> =>
    (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).startsWith(title) ||
    worksIn(pid, realData)
  const ours = await Promise.all(pids.map(isOurs))
  return pids.filter((_, index) => ours[index])
}

/** Kills the processes of PostgreSQL that run on the folder. */
export async function killProcessesOf(data: string): Promise<void> {
  for (const pid of await processesOf(data)) {
    signalProcess(pid, 'SIGKILL')
    await waitUntilGone(pid, STOP_TIMEOUTS_MS.kill)
  }
}
