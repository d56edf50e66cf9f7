import { readdir, readFile } from 'node:fs/promises'
import { readStat, readTree } from '../process-files.ts'

/** Seconds that a process and those below it have computed so far. */
export async function cpuOf(pid: number): Promise<number> {
  const tree = await readTree(pid)
  if (tree.length === 0) throw new Error(`process ${pid} is gone`)
  return tree.reduce((sum, { cpu }) => sum + cpu, 0)
}

/** How the servers of docker/native are notification apart. */
const SERVERS: readonly (readonly [name: string, commandLine: RegExp])[] = [
  ['PostgreSQL', /^(\S*\/)?postgres[ :]/],
  ['PgBouncer', /^(\S*\/)?pgbouncer /],
  ['Redis', /^(\S*\/)?redis-server /],
  ['MinIO', /^(\S*\/)?minio server /],
  ['Kafka', /^\S*java .* kafka\.Kafka /],
  ['Connect', /^\S*java .* org\.apache\.kafka\.connect\.cli\./],
  ['Elasticsearch', /^\S*java .* EsNode /],
]

/** Seconds that the servers of this machine have computed so far, for whomever; empty where no process can be seen. */
export async function serverCpu(): Promise<Map<string, number>> {
  const names = await readdir('/proc').catch(() => [])
  const total = new Map<string, number>()
  for (const pid of names.filter((name) => /^\d+$/.test(name))) {
    const commandLine = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')
    const server = SERVERS.find(([, pattern]) => pattern.test(commandLine))?.[0]
    const stat = server === undefined ? undefined : await readStat(Number(pid))
    if (stat) total.set(server!, (total.get(server!) ?? 0) + stat.cpu)
  }
  return total
}
