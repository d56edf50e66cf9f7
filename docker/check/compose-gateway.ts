/** Rules about the gateway: where it sends requests, what it refuses, and who believes what it says of its clients. */
import { BlockList } from 'node:net'
import { COUNTED } from '../../src/domain/limits.ts'
import {
  environmentOf,
  find,
  isRole,
  type Kong,
  type Problems,
  type System,
  unreachable,
} from './compose-model.ts'

/** What kong.yml names is a service with that port, and the ports it forwards are published. */
export function* gateway(system: System): Problems {
  const kong = find(system, 'kong')!
  const upstreams = new Set(system.kong.upstreams.map(({ name }) => name))
  const targets = system.kong.upstreams.flatMap(({ targets }) =>
    targets.map(({ target }) => target.split(':')),
  )
  const streams = system.kong.services.filter(({ protocol }) => protocol === 'tcp')
  for (const [host, port] of [...targets, ...streams.map(({ host, port }) => [host, String(port)])]) {
    const problem = unreachable(system, kong, host!, port!)
    if (problem) yield problem
  }
  yield* bodies(system, environmentOf(kong)['KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE'])
  const hosts = system.kong.services.filter(({ protocol }) => protocol !== 'tcp').map(({ host }) => host)
  for (const host of hosts) if (!upstreams.has(host)) yield `there is no upstream ${host}`
  for (const name of upstreams) if (!hosts.includes(name)) yield `no service uses the upstream ${name}`
  if (system.production) {
    const plain = (environmentOf(kong)['KONG_PROXY_LISTEN'] ?? '')
      .split(', ')
      .filter((listen) => !/ ssl\b/.test(listen))
    if (plain.length > 0) yield `kong listens without TLS: ${plain.join(', ')}`
    return
  }
  const listens = environmentOf(kong)['KONG_STREAM_LISTEN'] ?? ''
  const forwarded = streams.flatMap(({ routes }) => routes.flatMap(({ destinations = [] }) => destinations))
  for (const { port } of forwarded) {
    if (!listens.split(', ').includes(`0.0.0.0:${port}`)) yield `KONG_STREAM_LISTEN lacks port ${port}`
    if (!kong.ports?.some(({ published, target }) => target === port && published === String(port)))
      yield `port ${port} is not published`
  }
}

/**
 * Every route has a limit of its bodies, and nginx has the greatest of them: Kong's plugin compares the length that a
 * client states, and reads a body without one whole before it compares.
 */
function* bodies({ kong }: System, nginxLimit: string | undefined): Problems {
  const limits = (plugins: Kong['plugins'] = []): number[] =>
    plugins.flatMap(({ name, config }) =>
      name === 'request-size-limiting' && config.size_unit === 'megabytes'
        ? config.allowed_payload_size!
        : [],
    )
  const everywhere = limits(kong.plugins)
  if (everywhere.length !== 1) yield 'kong.yml does not limit the bodies of all routes'
  const routes = kong.services.flatMap((service) => service.routes.flatMap(({ plugins }) => limits(plugins)))
  const greatest = `${Math.max(...everywhere, ...routes)}m`
  if (nginxLimit !== greatest)
    yield `nginx limits bodies to ${nginxLimit ?? 'nothing'}, kong.yml to ${greatest}`
}

const OFF = ['', 'off']

/**
 * Roles take the address of a client from X-Forwarded-For of the gateway alone: not of a network, in which clients and
 * Docker's own proxy are too, and not where the gateway also forwards TCP, byte for byte.
 */
export function* proxies(system: System): Problems {
  const kong = find(system, 'kong')!
  const forwards = !OFF.includes(environmentOf(kong)['KONG_STREAM_LISTEN'] ?? '')
  const address = kong.networks?.['front']?.ipv4_address
  for (const role of system.services.filter(isRole)) {
    const trusted = environmentOf(role)['DOCMGR_LISTEN_TRUSTED_PROXIES']
    if (forwards) {
      if (trusted) yield `${role.name} trusts ${trusted}, and the gateway forwards what clients write`
    } else if (address === undefined) yield 'the gateway has no fixed address in the network front'
    else if (trusted !== address)
      yield `${role.name} trusts ${trusted ?? 'no proxy'}, not only the gateway, ${address}`
  }
  const [pool] = system.model.networks['front']?.ipam?.config ?? []
  if (address !== undefined && (!pool?.ip_range || pool.gateway === address || isIn(pool.ip_range, address)))
    yield `another container may get the address of the gateway, ${address}`
}

/** Whether an IPv4 address is one of a network, such as 10.0.0.0/8. */
function isIn(network: string, address: string): boolean {
  const [start, prefix] = network.split('/')
  const list = new BlockList()
  list.addSubnet(start!, Number(prefix))
  return list.check(address)
}

const SECONDS: Record<string, number> = { second: 1, minute: 60, hour: 3_600, day: 86_400 }

/** The roles refuse before the gateway does: only they answer with a problem and Retry-After. */
export function* quotas({ kong }: System): Problems {
  const everywhere = [
    ...kong.plugins,
    ...kong.services.flatMap(({ routes }) => routes.flatMap(({ plugins = [] }) => plugins)),
  ]
  for (const { name, config } of everywhere) {
    if (name !== 'rate-limiting') continue
    for (const [window, seconds] of Object.entries(SECONDS)) {
      // A client may send all requests of a minute in its first second.
      const needed = 2 * COUNTED.requests.address * Math.max(1, seconds / 60)
      const allowed = config[window]
      if (allowed !== undefined && !(Number(allowed) >= needed))
        yield `kong.yml refuses after ${String(allowed)} requests in a ${window}, before the roles do: ${needed}`
    }
  }
}
