// Turns the routes and upstreams of kong.yml into a configuration for nginx. What changes the routing and is not known
// here is an error; plugins of nginx's own kind (NOT_HERE) are left out.

/** Kong's defaults. A member without one is required. */
const ROUTE = {
  name: undefined,
  paths: undefined,
  protocols: undefined,
  regex_priority: 0,
  strip_path: true,
  preserve_host: false,
  request_buffering: true,
  response_buffering: true,
  plugins: [],
}
const NOT_HERE = ['correlation-id', 'cors', 'rate-limiting']
const PLUGINS = [...NOT_HERE, 'request-size-limiting', 'request-termination']

/**
 * @param kong the parsed kong.yml
 * @param options listen: host:port; folder: for nginx's own files; targets: Map of a target's name to its host:port list;
 *   asRoot: whether root starts nginx; generation: what FOLDER/status.sock answers
 */
export function nginxConf(kong, { listen, folder, targets, asRoot, generation }) {
  const names = kong.upstreams.flatMap((upstream) => upstream.targets.map(nameOf))
  for (const name of targets.keys())
    if (name !== 'indexer' && !names.includes(name)) throw new Error(`kong.yml has no target ${name}`)
  return `# Made from kong.yml by docker/native/gateway, without active health checks and ${NOT_HERE.join(', ')}.
${asRoot ? 'user root;' : ''}
worker_processes 1;
worker_rlimit_nofile 16384;
pid ${quote(`${folder}/nginx.pid`)};
error_log ${quote(`${folder}/error.log`)} notice;
events { worker_connections 8192; }
http {
  access_log off;
  server_tokens off;
  ${TEMPORARY.map((kind) => `${kind}_temp_path ${quote(`${folder}/${kind}`)};`).join('\n  ')}
  map $http_upgrade $upgrade { default ''; "~*^websocket$" websocket; }
  map $upgrade $upstream_connection { default ''; websocket upgrade; }
${kong.upstreams.map((upstream) => upstreamBlock(upstream, targets)).join('\n')}
  server {
    listen ${listen} backlog=1024;
    absolute_redirect off;
    proxy_http_version 1.1;
    proxy_buffer_size 16k;
    proxy_buffers 8 16k;
    # A request that a role may have received is only repeated if its method is idempotent.
    proxy_next_upstream error timeout;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $upgrade;
    proxy_set_header Connection $upstream_connection;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Port $server_port;
${locations(kong).join('\n')}
  }
${generation === undefined ? '' : status(folder, generation)}
}
`
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
const nameOf = ({ target }) => target.split(':')[0]

/** A literal parameter. Dollar signs cannot be escaped, so only regular expressions may contain them. */
function quote(text, { regex = false } = {}) {
  if (!regex && text.includes('$')) throw new Error(`${text} has a $, which nginx would read as a variable`)
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function upstreamBlock({ name, algorithm, targets, healthchecks }, given) {
  if (!['round-robin', 'least-connections'].includes(algorithm))
    throw new Error(`upstream ${name}: algorithm ${algorithm} is not supported here`)
  const addresses = targets.flatMap((target) => given.get(nameOf(target)) ?? [])
  // After this many failed connections a server is not used for a second, unless all have failed.
  const check = `max_fails=${healthchecks?.passive?.unhealthy?.tcp_failures ?? 0} fail_timeout=1s`
  const servers = addresses.map((address) => `server ${address} ${check};`)
  return `  upstream ${name} {
    zone ${name} 128k;
    ${algorithm === 'least-connections' ? 'least_conn;' : ''}
    ${servers.length > 0 ? servers.join('\n    ') : 'server 127.0.0.1:9 down;'}
    keepalive 64;
  }`
}

/**
 * Kong prefers a regular expression to a prefix, then the highest regex_priority, then the longest prefix. nginx takes the
 * first regular expression of the file that matches, then the longest prefix.
 */
function locations(kong) {
  const global = pluginsOf(kong.plugins, 'kong.yml')
  const routes = kong.services
    .filter(({ protocol }) => protocol !== 'tcp') // the roles have their own ports here
    .flatMap((service) => service.routes.map((route) => readRoute(route, global, service)))
  routes.push(...kong.routes.map((route) => readRoute(route, global)))
  const upstreams = new Set(kong.upstreams.map(({ name }) => name))
  const rank = ({ path, route }) => (path.startsWith('~') ? [1, route.regex_priority] : [0, path.length])
  return routes
    .flatMap((route) => route.paths.map((path) => ({ route, path })))
    .map((entry) => ({ ...entry, rank: rank(entry) }))
    .sort((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1])
    .map(({ route, path }) => location(route, path, upstreams))
}

function readRoute(given, global, service) {
  const unknown = Object.keys(given).find((key) => !(key in ROUTE))
  if (unknown) throw new Error(`route ${given.name}: ${unknown} is not supported here`)
  const route = { ...ROUTE, ...given, service }
  // Otherwise Kong removes the matched part of the path.
  if (route.strip_path) throw new Error(`route ${route.name}: strip_path is not supported here`)
  if (service && !route.preserve_host) throw new Error(`route ${route.name}: preserve_host must be true here`)
  return { ...route, plugins: { ...global, ...pluginsOf(route.plugins, `route ${route.name}`) } }
}

function pluginsOf(list, where) {
  const unknown = list.find(({ name }) => !PLUGINS.includes(name))
  if (unknown) throw new Error(`${where}: the plugin ${unknown.name} is not supported here`)
  return Object.fromEntries(list.map(({ name, config }) => [name, config]))
}

function location({ name, service, plugins, request_buffering, response_buffering }, path, upstreams) {
  const head = path.startsWith('~') ? `~ ${quote(`^(?:${path.slice(1)})`, { regex: true })}` : quote(path)
  if (!service) {
    const { status_code, content_type, body } = plugins['request-termination']
    return `    location ${head} { default_type ${quote(content_type)}; return ${status_code} ${quote(body)}; } # ${name}`
  }
  if (!upstreams.has(service.host)) throw new Error(`service ${service.name}: no upstream ${service.host}`)
  const limit = plugins['request-size-limiting']
  if (limit.size_unit !== 'megabytes') throw new Error(`${limit.size_unit} are not supported here`)
  return `    location ${head} { # ${name}
      client_max_body_size ${limit.allowed_payload_size}m;
      proxy_connect_timeout ${service.connect_timeout}ms;
      proxy_read_timeout ${service.read_timeout}ms;
      proxy_send_timeout ${service.write_timeout}ms;
      proxy_next_upstream_tries ${service.retries + 1};
      proxy_request_buffering ${request_buffering ? 'on' : 'off'};
      proxy_buffering ${response_buffering ? 'on' : 'off'};
      proxy_pass http://${service.host};
    }`
}

const status = (folder, generation) => `  server {
    listen unix:${folder}/status.sock;
    default_type text/plain;
    return 200 ${quote(generation)};
  }`
