import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Seconds of user and system time so far: of docmgr or a baseline as `node`, and of each server by its name. */
export type Cpu = Map<string, number>

interface Process {
  pid: number
  parent: number
  command: string
  /** seconds, including those of children that have ended, where the system tells them */
  cpu: number
}

/** How servers are recognized by their command lines, embedded or from docker/native. */
const SERVERS: readonly (readonly [name: string, command: RegExp])[] = [
  ['PostgreSQL', /^(\S*\/)?postgres[ :]/],
  ['PgBouncer', /^(\S*\/)?pgbouncer /],
  ['Redis', /^(\S*\/)?redis-server /],
  ['MinIO', /^(\S*\/)?minio server /],
  ['Kafka', /^\S*java .* kafka\.Kafka /],
  ['Connect', /^\S*java .* org\.apache\.kafka\.connect\.cli\./],
  ['Elasticsearch', /^\S*java .* EsNode /],
]

/** Of a process and all below it. @throws when it is gone */
export async function cpuOf(root: number): Promise<Cpu> {
  const all = await listProcesses()
  const tree = all.filter(({ pid }) => pid === root)
  if (tree.length === 0) throw new Error(`process ${root} is gone`)
  // A child is appended, and then its children.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid))
  return sumByName(tree)
}

/** Of the servers of this machine, for any client. */
export async function cpuOfServers(): Promise<Cpu> {
  const servers = sumByName(await listProcesses())
  servers.delete('node')
  return servers
}

/** What was spent between two readings. */
export const cpuSince = (before: Cpu, after: Cpu): Cpu =>
  new Map([...after].map(([name, cpu]) => [name, Math.max(0, cpu - (before.get(name) ?? 0))]))

export const totalOf = (cpu: Cpu): number => [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0)

function sumByName(processes: readonly Process[]): Cpu {
  const sums: Cpu = new Map()
  for (const { command, cpu } of processes) {
    const name = SERVERS.find(([, pattern]) => pattern.test(command))?.[0] ?? 'node'
    sums.set(name, (sums.get(name) ?? 0) + cpu)
  }
  return sums
}

/** From proc(5) on Linux, elsewhere from ps. */
async function listProcesses(): Promise<Process[]> {
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const all = await Promise.all(pids.map((pid) => readProcess(pid).catch(() => undefined)))
    return all.filter((one) => one !== undefined)
  }
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid=,time=,command='])
  return [...stdout.matchAll(/^ *(\d+) +(\d+) +(\S+) +(.*)$/gm)].map(([, pid, parent, time, command]) => ({
    pid: Number(pid),
    parent: Number(parent),
    command: command!,
    cpu: time!.split(':').reduce((sum, part) => sum * 60 + Number(part), 0),
  }))
}

/** Clock ticks per second in /proc: 100 on every architecture that docmgr runs on. */
const TICKS = 100

async function readProcess(pid: string): Promise<Process> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
  // The name, in parentheses, may itself contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { pid: Number(pid), parent: Number(fields[1]), command, cpu: ticks / TICKS }
}
