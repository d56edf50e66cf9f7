// Reads kong.yml strictly: what is not known here is an error, so that nothing is ignored silently.

/** Kong's own defaults. */
const ROUTE = {
  name: undefined,
  paths: undefined,
  regex_priority: 0,
  protocols: ['http', 'https'],
  strip_path: true,
  preserve_host: false,
  request_buffering: true,
  response_buffering: true,
  plugins: [],
}
const SERVICE = {
  name: undefined,
  host: undefined,
  port: 80,
  protocol: 'http',
  retries: 5,
  connect_timeout: 60_000,
  read_timeout: 60_000,
  write_timeout: 60_000,
  routes: [],
}
const UPSTREAM = { name: undefined, algorithm: 'round-robin', targets: undefined, healthchecks: {} }
const TARGET = { target: undefined, weight: 100 }
const PLUGIN = { name: undefined, config: {}, enabled: true }

const ALGORITHMS = ['round-robin', 'least-connections']
const PLUGINS = ['correlation-id', 'cors', 'rate-limiting', 'request-size-limiting', 'request-termination']

/** The members of an object, with defaults. A member whose default is undefined is required. */
export function members(object, defaults, where) {
  if (typeof object !== 'object' || object === null) throw new Error(`${where} must be an object`)
  for (const key of Object.keys(object)) {
    if (!(key in defaults)) throw new Error(`${where}.${key} is not supported here`)
  }
  for (const [key, value] of Object.entries(defaults)) {
    if (value === undefined && object[key] === undefined) throw new Error(`${where}.${key} is missing`)
  }
  return { ...defaults, ...object }
}

export function only(value, allowed, where) {
  if (!allowed.includes(value)) throw new Error(`${where}: ${JSON.stringify(value)} is not supported here`)
  return value
}

/** Routes with their service and plugins, in Kong's order; upstreams; and `leftOut`, sentences about what nginx lacks. */
export function readTable(kong) {
  const top = { services: [], routes: [], upstreams: [], plugins: [] }
  const file = members(kong, { _format_version: undefined, _transform: true, ...top }, 'kong.yml')
  only(file._format_version, ['3.0'], '_format_version')
  const global = readPlugins(file.plugins, 'plugins')
  const upstreams = new Map(file.upstreams.map((given) => [given.name, readUpstream(given)]))
  const leftOut = ['active health checks: before an instance stops, remove it from here and reload']

  const routes = file.services.flatMap((given) => {
    const service = members(given, SERVICE, `service ${given.name}`)
    if (service.protocol === 'tcp') {
      leftOut.push(`service ${service.name}: the roles have their own ports here`)
      return []
    }
    only(service.protocol, ['http'], `service ${service.name}.protocol`)
    if (!upstreams.has(service.host))
      throw new Error(`service ${service.name}: there is no upstream ${service.host}`)
    return service.routes.map((route) => readRoute(route, service, global))
  })
  routes.push(...file.routes.map((route) => readRoute(route, undefined, global)))
  return { routes: inOrder(routes), upstreams: [...upstreams.values()], global, leftOut }
}

function readRoute(given, service, global) {
  const where = `route ${given.name}`
  const route = members(given, ROUTE, where)
  for (const protocol of route.protocols) only(protocol, ['http', 'https'], `${where}.protocols`)
  // Otherwise Kong removes the matched part of the path.
  only(route.strip_path, [false], `${where}.strip_path`)
  const plugins = { ...global, ...readPlugins(route.plugins, `${where}.plugins`) }
  if (!service && !plugins['request-termination'])
    throw new Error(`${where} has neither a service nor request-termination`)
  return { ...route, service, plugins }
}

function readPlugins(list, where) {
  const plugins = {}
  for (const given of list) {
    const { name, config, enabled } = members(given, PLUGIN, where)
    only(name, PLUGINS, where)
    if (enabled) plugins[name] = config
  }
  return plugins
}

function readUpstream(given) {
  const upstream = members(given, UPSTREAM, `upstream ${given.name}`)
  only(upstream.algorithm, ALGORITHMS, `upstream ${upstream.name}.algorithm`)
  const targets = upstream.targets.map((given) => members(given, TARGET, `upstream ${upstream.name}.targets`))
  const { passive = {} } = members(
    upstream.healthchecks,
    { active: {}, passive: {} },
    `upstream ${upstream.name}.healthchecks`,
  )
  const { unhealthy = {} } = passive
  return { ...upstream, targets, tcpFailures: unhealthy.tcp_failures || 0 }
}

/**
 * Of the paths that match, Kong prefers a regular expression to a prefix, then the highest regex_priority, then the
 * longest prefix. The order of two expressions with the same priority is undefined.
 * https://docs.konghq.com/gateway/latest/key-concepts/routes/
 */
function inOrder(routes) {
  const paths = routes.flatMap((route) =>
    route.paths.map((path) => ({ route, path, isRegex: path.startsWith('~') })),
  )
  const rank = ({ isRegex, route, path }) => (isRegex ? [1, route.regex_priority] : [0, path.length])
  return paths.sort((a, b) => {
    const [[kindA, rankA], [kindB, rankB]] = [rank(a), rank(b)]
    return kindB - kindA || rankB - rankA
  })
}
