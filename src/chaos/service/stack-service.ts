import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { send } from '../client.ts'
import { feedStrikes } from './feed-strikes.ts'
import { clockJumps } from './clock-jumps.ts'
import { linkStrikes } from './link-strikes.ts'
import { processStrikes } from './process-strikes.ts'
import type { Service, Strike } from './service.ts'
import { openStackClocks, type StackClocks } from './server-clocks.ts'
import { openServerDisks } from './server-disks.ts'
import { fullDisk, type SmallDisk } from './small-disk.ts'
import { ROLES, SERVERS, StackProcesses } from './stack-processes.ts'
import { type Link, openLink } from './toxiproxy.ts'
import { turns } from './turns.ts'

/** The port of a proxy is that of its server and so much. */
const PROXY = 3
const PORTS = {
  postgres: 5432,
  pgbouncer: 6432,
  redis: 6379,
  minio: 9000,
  kafka: 9092,
  elasticsearch: 9200,
  grpc: 50_051,
}
const ROLE_PORTS = { document: 8005, signature: 8002, search: 8003, ws: 8004, indexer: 8006 }
const DEFAULT_OFFSET = 14_000

/** docmgr's roles on the servers of docker/native, with a proxy in front of each server. */
export async function openStackService(note: (line: string) => void): Promise<Service> {
  const offset = Number(process.env['STACK_PORT_OFFSET'] ?? DEFAULT_OFFSET)
  const at = (port: number): number => port + offset
  const data = mkdtempSync(join(tmpdir(), 'docmgr-chaos-stack-'))
  // PostgreSQL's user must be able to enter it.
  chmodSync(data, 0o755)
  const clocks = openStackClocks(data)
  const disks = openServerDisks(data)
  const processes = new StackProcesses(data, environment(at), clocks?.envOf ?? (() => ({})))
  const api = `http://127.0.0.1:${at(8474)}`
  const stop = async (): Promise<void> => {
    for (const disk of typeof disks === 'string' ? [] : disks) disk.empty()
    await processes.stack('down').catch((error: unknown) => note(String(error)))
    for (const disk of typeof disks === 'string' ? [] : disks) disk.remove()
    rmSync(data, { recursive: true, force: true })
  }
  try {
    note('starting the servers …')
    await processes.up('toxiproxy')
    const links: Link[] = []
    for (const [name, port] of Object.entries(PORTS))
      links.push(await openLink(api, name, at(port) + PROXY, at(port)))
    await processes.up(...SERVERS)
    await processes.up(...ROLES, 'gateway')
    const isRoleReady = async (role: keyof typeof ROLE_PORTS): Promise<boolean> =>
      (await send(`http://127.0.0.1:${at(ROLE_PORTS[role])}/health/ready`)).outcome === 'ok'
    return {
      url: `http://127.0.0.1:${at(8000)}`,
      strikes: {
        ...processStrikes(processes),
        ...linkStrikes(links),
        ...feedStrikes(processes, at(PORTS.kafka) + PROXY),
        'flush-redis': async () => void (await processes.stack('exec', 'redis', 'cli', 'FLUSHALL')),
        ...machineStrikes(clocks, disks),
      },
      impossible: {
        ...(!clocks && { clock: 'libfaketime is not installed' }),
        ...(typeof disks === 'string' && { 'full-disk': disks }),
      },
      async isReady() {
        // What ended by itself is started again, as a service manager does.
        const ended = [...SERVERS, ...ROLES, 'gateway'].filter((name) => !processes.isRunning(name))
        if (ended.length > 0) await processes.up(...ended).catch(() => {})
        return (await Promise.all(ROLES.map(isRoleReady))).every(Boolean)
      },
      log: () => [...SERVERS, ...ROLES].map((name) => `--- ${name}\n${processes.log(name)}`).join('\n'),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Every connection from docmgr, and from Kafka Connect to PostgreSQL and Kafka, leads through its proxy. */
function environment(at: (port: number) => number): Record<string, string> {
  const proxy = (name: keyof typeof PORTS): string => `127.0.0.1:${at(PORTS[name]) + PROXY}`
  return {
    STACK_PORT_OFFSET: String(at(0)),
    KAFKA_ADVERTISED_PORT: String(at(PORTS.kafka) + PROXY),
    DEBEZIUM_PORT: String(at(PORTS.postgres) + PROXY),
    DOCMGR_DATABASE_URL: `postgres://docmgr:docmgr@${proxy('pgbouncer')}/docmgr`,
    DOCMGR_DATABASE_DIRECT_URL: `postgres://docmgr:docmgr@${proxy('postgres')}/docmgr`,
    DOCMGR_BLOBS_URL: `s3:http://${proxy('minio')}`,
    DOCMGR_CACHE_URL: `redis://${proxy('redis')}`,
    DOCMGR_CHANGES_URL: `kafka://${proxy('kafka')}`,
    DOCMGR_SEARCH_URL: `elasticsearch:http://${proxy('elasticsearch')}`,
    DOCMGR_DOCUMENTS_URL: `grpc://${proxy('grpc')}`,
  }
}

function machineStrikes(
  clocks: StackClocks | undefined,
  disks: SmallDisk[] | string,
): Record<string, Strike> {
  return {
    ...(clocks && {
      clock: clockJumps(() => clocks.roles),
      'clock-server': clockJumps(turns(clocks.servers)),
    }),
    ...(typeof disks !== 'string' && { 'full-disk': fullDisk(turns(disks)) }),
  }
}
