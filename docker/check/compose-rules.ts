/** What an engine would only notice while it starts the containers, or not at all. Each rule yields what is wrong. */
import { existsSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import { CONNECT_WORKER } from '../../src/kafka/connect-worker.ts'
import { gateway, proxies, quotas } from './compose-gateway.ts'
import {
  environmentOf,
  find,
  isDocmgr,
  isOneShot,
  isRole,
  type Problems,
  type Service,
  type System,
  unreachable,
} from './compose-model.ts'
import { logins, production, secrets, variables } from './compose-settings.ts'

/** Rules about one service. */
const SERVICE_RULES: Record<string, (service: Service, system: System) => Problems> = {
  dependencies,
  images,
  names,
  ports,
  limits,
  restarts,
  mounts,
  memory,
  worker,
  recreation,
  addresses,
  privileges,
  stopping,
  variables,
  secrets,
}
/** Rules about all of them. */
const SYSTEM_RULES: Record<string, (system: System) => Problems> = {
  builders,
  unused,
  gateway,
  proxies,
  quotas,
  production,
  logins,
}
export const RULES = [...Object.keys(SERVICE_RULES), ...Object.keys(SYSTEM_RULES)]

/** Every problem of a system, after the names of rule and service. */
export function problemsOf(system: System): string[] {
  const ofServices = Object.entries(SERVICE_RULES).flatMap(([rule, check]) =>
    system.services.flatMap((service) =>
      [...check(service, system)].map((problem) => `${rule}: ${service.name}: ${problem}`),
    ),
  )
  const ofAll = Object.entries(SYSTEM_RULES).flatMap(([rule, check]) =>
    [...check(system)].map((problem) => `${rule}: ${problem}`),
  )
  return [...ofServices, ...ofAll]
}

const hasHealthCheck = ({ healthcheck }: Service): boolean =>
  (healthcheck?.test?.length ?? 0) > 1 && healthcheck?.disable !== true

/** A server must be healthy, which needs a health check; a one-shot service must have completed. */
function* dependencies(service: Service, system: System): Problems {
  for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
    const target = find(system, name)
    if (!target) yield `depends on ${name}, which is not started`
    else if (isOneShot(target)) {
      if (condition !== 'service_completed_successfully') yield `${name} ends: its condition is ${condition}`
    } else if (condition !== 'service_healthy') yield `${name} keeps running: its condition is ${condition}`
    else if (!hasHealthCheck(target)) yield `waits for the health of ${name}, which has no health check`
  }
  if (!isOneShot(service) && !hasHealthCheck(service)) yield 'has no health check'
}

/** Repositories that can no longer be pulled from. */
const WITHDRAWN = /^(docker\.io\/)?(minio|bitnami)\//
/** Three numbers, the time of a MinIO release, or PostgreSQL's two numbers. */
const EXACT_VERSION =
  /:v?\d+\.\d+\.\d+([.-][\w.-]+)?$|:RELEASE\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$|^postgres:\d+\.\d+(-[a-z]+)?$/

function* images({ image }: Service): Problems {
  if (WITHDRAWN.test(image)) yield `image ${image} is no longer published there`
  if (!EXACT_VERSION.test(image)) yield `image ${image} has no exact version`
}

/** Servers have fixed names; roles are numbered, which a fixed name would prevent. */
function* names(service: Service, { model }: System): Problems {
  const { name, container_name, hostname } = service
  if (model.name !== 'docs')
    yield `the project is called ${model.name}, so roles do not become docs-${name}-1`
  if (isRole(service)) {
    if (container_name !== undefined) yield 'container_name prevents scaling'
    if (hostname !== undefined) yield 'its instances would have the same hostname'
  } else if (container_name !== `docs-${name}`) yield `container_name is ${container_name}, not docs-${name}`
}

/** A port of this machine that may be taken already: a variable names another one. */
const OVERRIDABLE = /^(127\.0\.0\.1:)?\$\{[A-Z_]+_PORT:-\d+\}:\d+$/

/**
 * Published on loopback only, each overridable by a variable; in production the gateway's TLS port only; never those of a
 * service that is scaled.
 */
function* ports(service: Service, { production, portsOf }: System): Problems {
  const { name, expose = [] } = service
  for (const { host_ip, published, target } of service.ports ?? []) {
    if (isRole(service)) yield `port ${published} of the machine can have one instance only`
    else if (production) {
      if (name !== 'kong' || target !== 8443) yield `port ${published} is published in production`
    } else if (host_ip !== '127.0.0.1') yield `port ${published} is not published on 127.0.0.1`
    else if (expose.length > 0 && name !== 'kafka' && !expose.includes(String(target)))
      yield `publishes port ${target} and exposes ${expose.join(', ')}`
  }
  for (const text of portsOf(name))
    if (!OVERRIDABLE.test(text)) yield `port ${text} cannot be changed by a variable`
}

function* limits({ deploy, logging }: Service): Problems {
  const { cpus = 0, memory = '0', pids = 0 } = deploy?.resources?.limits ?? {}
  if (cpus <= 0) yield 'has no limit of CPUs'
  if (Number(memory) <= 0) yield 'has no limit of memory'
  if (pids <= 0) yield 'has no limit of processes'
  if (!logging?.options?.['max-size'] || !logging.options['max-file']) yield 'has no limit of logs'
}

function* restarts(service: Service, { production }: System): Problems {
  if (service.name === 'reindex' && !service.profiles?.length) yield 'is started with the others'
  // In production Connect depends on it, so Compose refuses a model without it.
  if (service.name === 'access' && !production && !service.profiles?.length)
    yield 'is started, and no server knows users'
  if (!isOneShot(service) && service.restart !== 'unless-stopped') yield `restart is ${service.restart}`
}

/** Files of the repository exist and are mounted read-only; data is in declared volumes. */
function* mounts(service: Service, { model, read }: System): Problems {
  for (const { type, source, read_only } of service.volumes ?? []) {
    const path = relative(process.cwd(), source)
    if (type === 'volume' && !(source in model.volumes)) yield `mounts the undeclared volume ${source}`
    if (type !== 'bind') continue
    if (!existsSync(source)) yield `mounts ${path}, which does not exist`
    // What git for Windows may make of line ends; a shell reads the CR as a part of the command.
    else if (statSync(source).isFile() && read(path).includes('\r')) yield `mounts ${path}, which has CRs`
    if (!read_only) yield `could write to ${path}`
  }
}

/**
 * A tmpfs has a size, which counts as memory of its container, and outside of /tmp a mode. Without a mode runc copies that
 * of the mount point, which is 1777 at the first start and root's 0755 after a restart (moby/moby#20437).
 */
function* memory({ tmpfs = [], deploy }: Service): Problems {
  let megabytes = 0
  for (const mount of tmpfs) {
    const [path, text = ''] = mount.split(':')
    const options = new Map(text.split(',').map((option) => option.split('=') as [string, string]))
    if (path !== '/tmp' && !options.has('mode')) yield `tmpfs ${path} has no mode`
    if (!/^\d+m$/.test(options.get('size') ?? '')) yield `tmpfs ${path} has no size in megabytes`
    else megabytes += parseInt(options.get('size')!)
  }
  const limit = Number(deploy?.resources?.limits?.memory ?? 0) / 2 ** 20
  if (megabytes > limit * 0.6) yield `its tmpfs of ${megabytes} MB leave too little of its memory`
}

/** The rights of Connect's user name the group and topics of its worker. */
function* worker(service: Service): Problems {
  if (service.name !== 'connect') return
  const values = environmentOf(service)
  const names = ['CONFIG', 'OFFSET', 'STATUS'].map((kind) => values[`${kind}_STORAGE_TOPIC`])
  const { group, topics } = CONNECT_WORKER
  if (values['GROUP_ID'] !== group || names.join() !== topics.join())
    yield `its group and topics are not ${group}, ${topics.join(', ')}`
}

/** Paths that an image declares as volumes and whose files must not outlive the container. */
const OUTLIVING: Record<string, string[]> = { connect: ['/kafka/config'] }

/** An anonymous volume is kept when a container is recreated, with settings that no longer apply. */
function* recreation({ name, tmpfs = [] }: Service): Problems {
  for (const path of OUTLIVING[name] ?? [])
    if (!tmpfs.some((mount) => mount.startsWith(`${path}:`))) yield `${path} is kept when it is recreated`
}

/** Every host:port in a variable or command is a service that listens there and can be reached. */
function* addresses(service: Service, system: System): Problems {
  const values = environmentOf(service)
  const texts = [...(service.command ?? []), ...Object.values(values)]
  if (values['DEBEZIUM_HOST']) texts.push(`${values['DEBEZIUM_HOST']}:${values['DEBEZIUM_PORT']}`)
  if (service.name === 'pgbouncer') {
    const [, host, port] = /^\S+ = host=(\S+) port=(\d+)$/m.exec(
      system.read('docker/pgbouncer/pgbouncer.ini'),
    )!
    texts.push(`${host}:${port}`)
  }
  for (const text of texts) {
    for (const [, host, port] of text.matchAll(/(?:^|[/@, "])([a-z][a-z0-9-]*):(\d{2,5})\b/g)) {
      const problem = unreachable(system, service, host!, port!)
      if (problem) yield problem
    }
  }
  const check = service.healthcheck?.test?.join(' ') ?? ''
  for (const [, port] of check.matchAll(/127\.0\.0\.1[: ](\d+)/g)) {
    if (!service.expose?.includes(port!) && service.name !== 'kafka-ui')
      yield `its health check asks port ${port}, which it does not expose`
  }
}

/** What runs docmgr can only write to memory and has no capability. */
function* privileges(service: Service): Problems {
  const { security_opt, privileged, cap_add = [], network_mode, pid } = service
  if (!security_opt?.includes('no-new-privileges:true')) yield 'can gain privileges'
  if (privileged || cap_add.length > 0 || network_mode === 'host' || pid === 'host')
    yield 'has rights on the machine'
  if (!isDocmgr(service)) return
  if (!service.read_only) yield 'can write to its root file system'
  if (service.cap_drop?.join() !== 'ALL') yield 'keeps capabilities'
  if (service.user !== undefined || service.volumes?.length)
    yield 'has a user or a volume that the image does not have'
}

/** The default of shutdown.limit, which each part of a role may take to stop. */
const PART_LIMIT_MS = 10_000

/** An instance is not killed while it drains and stops. */
function* stopping(service: Service): Problems {
  if (!isRole(service)) return
  const drain = Number(environmentOf(service)['DOCMGR_SHUTDOWN_DRAIN'])
  if (!(drain >= 3_000)) yield 'the gateway needs 3 s to notice a stop: DOCMGR_SHUTDOWN_DRAIN'
  const [, minutes = '0', seconds = '0'] = /^(?:(\d+)m)?(\d+)s$/.exec(service.stop_grace_period ?? '') ?? []
  if ((Number(minutes) * 60 + Number(seconds)) * 1_000 < drain + 3 * PART_LIMIT_MS)
    yield 'stop_grace_period is shorter than a stop may take'
}

/** One service builds an image; the others that run it must not look for it in a registry. */
function* builders({ services }: System): Problems {
  const builderOf = new Map<string, string>()
  for (const { name, image, build } of services) {
    if (!build) continue
    if (builderOf.has(image)) yield `${builderOf.get(image)} and ${name} both build ${image}`
    builderOf.set(image, name)
  }
  for (const service of services.filter(isDocmgr)) {
    const { name, image, build, pull_policy } = service
    if (!builderOf.has(image)) yield `${name}: nothing builds ${image}`
    if (!build && pull_policy !== 'never') yield `${name}: would pull ${image}: its pull_policy is not never`
  }
}

function* unused({ model, services }: System): Problems {
  const used = {
    volume: services.flatMap(({ volumes = [] }) => volumes.map(({ source }) => source)),
    network: services.flatMap(({ networks = {} }) => Object.keys(networks)),
    secret: services.flatMap(({ secrets = [] }) => secrets.map(({ source }) => source)),
  }
  const declared = { volume: model.volumes, network: model.networks, secret: model.secrets ?? {} }
  for (const kind of ['volume', 'network', 'secret'] as const)
    for (const name of Object.keys(declared[kind]))
      if (!used[kind].includes(name)) yield `no service uses the ${kind} ${name}`
}
