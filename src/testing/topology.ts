import { chmod } from 'node:fs/promises'
import { type Role, ROLES } from '../config/roles.ts'
import { builtProgram, type CliResult, type Program, runCli } from './cli.ts'
import { freePorts } from './free-ports.ts'
import { serviceVariablesOf } from './service-keys.ts'
import type { ServiceUrls } from './service-process.ts'
import { type Gateway, openGateway } from './topology-gateway.ts'
import { Instance } from './topology-instance.ts'
import { type ClaimedNames, claimNames, expectDone, type TopologyNames } from './topology-names.ts'

export type { Instance, TopologyNames }

/** More than `docmgr gc` waits for the change feed. */
const COMMAND_LIMIT_MS = 180_000

/** How many processes of each role; a role without a number has none. */
export type InstanceCounts = Partial<Record<Role, number>>

export interface TopologyOptions {
  /** the docmgr to start; the one that was built with the tests */
  program?: Program
  /** more DOCMGR_* settings, for every process */
  env?: Record<string, string>
  /** more properties of the connector, such as its poll.interval.ms */
  connector?: Record<string, string>
  /** more DOCMGR_* settings, for the processes of one role */
  envOf?: (role: Role, names: TopologyNames) => Record<string, string>
  /** a backup that is restored into the empty servers, instead of migrating them */
  archive?: string
  /** once the database is migrated, before the connector and the roles. @param env that of `Topology` */
  prepare?: (names: TopologyNames, env: Record<string, string>) => Promise<void>
}

/**
 * docmgr's roles as processes of their own, on the servers of docker/native, behind a gateway. What they use on
 * those servers has names of its own, so that topologies do not affect each other.
 */
export interface Topology {
  /** the gateway's URL everywhere; `grpc`: host:port of the first document instance */
  urls: ServiceUrls
  gateway: Gateway
  names: TopologyNames
  /** the DOCMGR_* settings that the processes share: with them, commands work on this topology */
  env: Record<string, string>
  /** the current ones, in the order of their start */
  instances(role: Role): readonly Instance[]
  /** runs a docmgr command with this topology's settings */
  cli(...args: string[]): Promise<CliResult>
  /** removes the connector, and its replication slot */
  removeConnector(): Promise<void>
  /** sets it up again */
  applyConnector(): Promise<void>
  /** one more instance, ready and behind the gateway */
  startAnother(role: Role): Promise<Instance>
  /** removes it from the gateway, then ends it with SIGTERM; resolves with its exit code */
  retire(instance: Instance): Promise<number | null>
  /** one step of a rolling restart: starts a new instance, and retires the old one when the new one is ready */
  replace(instance: Instance): Promise<Instance>
  /** the output of all processes, for a failed test */
  output(): string
  /** ends all processes and removes what they used on the servers */
  stop(): Promise<void>
}

/** Starts the built program, and waits until every process is ready. An error contains the output of the processes. */
export async function startTopology(
  counts: InstanceCounts,
  options: TopologyOptions = {},
): Promise<Topology> {
  const { program = builtProgram() } = options
  const names = await claimNames()
  const all: Instance[] = []
  const present = new Set<Instance>()
  const undo: (() => Promise<unknown>)[] = [() => names.release()]
  const output = (): string => all.map((instance) => instance.output()).join('\n')

  const stop = (): Promise<void> => undoAll(undo.splice(0))

  try {
    // The program's user needs access to the data folders in it.
    if (program.user !== undefined) await chmod(names.folder, 0o711)
    const gateway = await openGateway(() => [...present])
    undo.push(() => gateway.stop())

    // Addresses of the document role for the signature role: one more than there are instances, for startAnother.
    const grpcPorts = await freePorts((counts.document ?? 0) + 1)
    const env = { ...environmentOf(names, grpcPorts), ...options.env }
    const cli = (...args: string[]): Promise<CliResult> =>
      runCli(args, { program, env: { ...env, DOCMGR_DATA: names.folder }, limitMs: COMMAND_LIMIT_MS })

    const add = async (role: Role): Promise<Instance> => {
      const [port] = await freePorts(1)
      const taken = [...present].map((instance) => instance.grpcPort)
      const grpcPort = role === 'document' ? grpcPorts.find((free) => !taken.includes(free)) : undefined
      if (role === 'document' && grpcPort === undefined)
        throw new Error('no gRPC port is left: retire one first')
      const name = `${role}-${1 + all.filter((instance) => instance.role === role).length}`
      const own = { ...variablesOf(role, env), ...options.envOf?.(role, names) }
      const { folder } = names
      const instance = new Instance({ program, role, name, port: port!, grpcPort, env: own, folder })
      all.push(instance)
      present.add(instance)
      await instance.start()
      return instance
    }
    undo.push(() => Promise.all([...present].map((instance) => instance.end())))

    expectDone(await (options.archive === undefined ? cli('migrate') : cli('restore', options.archive)))
    await options.prepare?.(names, env)
    const connector = connectorOf(names, cli, options.connector)
    undo.push(connector.removeConnector)
    await connector.applyConnector()

    await Promise.all(ROLES.flatMap((role) => Array.from({ length: counts[role] ?? 0 }, () => add(role))))
    await gateway.start()

    const { url } = gateway
    const grpc = `127.0.0.1:${grpcPorts[0]}`
    return {
      urls: { http: url, document: url, signature: url, search: url, ws: url, grpc },
      gateway,
      names,
      env,
      instances: (role) => [...present].filter((instance) => instance.role === role),
      cli,
      ...connector,
      ...scaling(gateway, present, add),
      output,
      stop,
    }
  } catch (error) {
    const left = await stop().catch((problem: unknown) => `\n${String(problem)}`)
    throw new Error(`${(error as Error).message}${left ?? ''}\n${output()}`, { cause: error })
  }
}

function connectorOf(
  names: ClaimedNames,
  cli: Topology['cli'],
  properties: Record<string, string> = {},
): Pick<Topology, 'removeConnector' | 'applyConnector'> {
  return {
    removeConnector: () => names.removeConnector(cli),
    applyConnector: () => names.applyConnector(cli, properties),
  }
}

async function undoAll(steps: (() => Promise<unknown>)[]): Promise<void> {
  const problems: unknown[] = []
  for (const step of steps.reverse()) await step().catch((error: unknown) => problems.push(error))
  if (problems.length > 0) throw new AggregateError(problems, `could not remove all: ${problems.join('; ')}`)
}

function environmentOf(names: { env: Record<string, string> }, grpcPorts: number[]): Record<string, string> {
  return {
    ...names.env,
    DOCMGR_DOCUMENTS_URL: `grpc://${grpcPorts.map((port) => `127.0.0.1:${port}`).join(',')}`,
    DOCMGR_AUTH_SECRET: 'the-secret-of-the-document-role-of-a-test',
    DOCMGR_LISTEN_TRUSTED_PROXIES: 'loopback',
    DOCMGR_SHUTDOWN_DRAIN: '300',
  }
}

/** Only the commands and the document role sign tokens. */
function variablesOf(role: Role, env: Record<string, string>): Record<string, string> {
  const { DOCMGR_AUTH_SECRET: secret, ...others } = env
  return {
    ...others,
    ...(role === 'document' && { DOCMGR_AUTH_SECRET: secret! }),
    ...serviceVariablesOf(role),
  }
}

/** Adds and removes instances while the topology runs. @param present those that the gateway knows */
function scaling(
  gateway: Gateway,
  present: Set<Instance>,
  add: (role: Role) => Promise<Instance>,
): Pick<Topology, 'startAnother' | 'retire' | 'replace'> {
  const startAnother = async (role: Role): Promise<Instance> => {
    const instance = await add(role)
    if (role !== 'indexer') await gateway.reload()
    return instance
  }
  const retire = async (instance: Instance): Promise<number | null> => {
    present.delete(instance)
    if (instance.role !== 'indexer') await gateway.reload()
    return instance.stop()
  }
  return {
    startAnother,
    retire,
    async replace(instance) {
      const next = await startAnother(instance.role)
      await retire(instance)
      return next
    },
  }
}
