// The text of nginx.conf for a routing table of Kong. It replaces the table, not Kong.
import { members, only, readTable } from './kong-table.mjs'

/**
 * @param kong the parsed kong.yml
 * @param options listen: host:port; folder: for nginx's own files; targets: Map of a target's name to its host:port list;
 *   asRoot: whether root starts nginx; generation: what FOLDER/status.sock answers
 */
export function nginxConf(kong, { listen, folder, targets, asRoot, generation }) {
  const table = readTable(kong)
  const known = new Set(table.upstreams.flatMap(({ targets }) => targets.map(nameOf)))
  for (const name of targets.keys()) {
    if (name !== 'indexer' && !known.has(name)) throw new Error(`kong.yml has no target ${name}`)
  }
  const limits = rateLimits(table.global['rate-limiting'])
  const lines = [
    '# Made from the routing table of kong.yml by docker/native/gateway. Left out:',
    ...table.leftOut.map((what) => `# - ${what}`),
    ...(asRoot ? ['user root;'] : []),
    'worker_processes 1;',
    'worker_rlimit_nofile 16384;',
    `pid ${quote(`${folder}/nginx.pid`)};`,
    `error_log ${quote(`${folder}/error.log`)} notice;`,
    'events { worker_connections 8192; }',
    'http {',
    ...indent([
      'access_log off;',
      'server_tokens off;',
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (kind) => `${kind}_temp_path ${quote(`${folder}/${kind}`)};`,
      ),
      ...maps(table.global),
      ...limits.zones,
      ...table.upstreams.flatMap((upstream) => upstreamBlock(upstream, targets)),
      ...server(listen, table, limits),
      ...(generation === undefined ? [] : status(folder, generation)),
    ]),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

const indent = (lines) => lines.map((line) => `  ${line}`)
const nameOf = ({ target }) => target.split(':')[0]

/** A literal parameter. Dollar signs cannot be escaped, so only regular expressions may contain them. */
function quote(text, { regex = false } = {}) {
  if (!regex && text.includes('$')) throw new Error(`${text} has a $, which nginx would read as a variable`)
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function upstreamBlock({ name, algorithm, targets, tcpFailures }, given) {
  const addresses = targets.flatMap((target) => given.get(nameOf(target)) ?? [])
  // After this many failed connections a server is not used for a second, unless all have failed.
  const check = `max_fails=${tcpFailures} fail_timeout=1s`
  return [
    `upstream ${name} {`,
    ...indent([
      `zone ${name} 128k;`,
      ...(algorithm === 'least-connections' ? ['least_conn;'] : []),
      ...addresses.map((address) => `server ${address} ${check};`),
      ...(addresses.length === 0 ? ['server 127.0.0.1:9 down;'] : []),
      'keepalive 64;',
    ]),
    '}',
  ]
}

function server(listen, { routes, global }, limits) {
  return [
    'server {',
    ...indent([
      `listen ${listen} backlog=1024;`,
      'absolute_redirect off;',
      'proxy_http_version 1.1;',
      'proxy_buffer_size 16k;',
      'proxy_buffers 8 16k;',
      // A request that a role may have received is only repeated if its method is idempotent.
      'proxy_next_upstream error timeout;',
      ...requestHeaders(global),
      ...responseHeaders(global),
      ...limits.use,
      ...failures(),
      ...(global.cors ? ["if ($cors_preflight) { return 200 ''; }"] : []),
      ...routes.flatMap(location),
    ]),
    '}',
  ]
}

function requestHeaders(global) {
  const headers = {
    Upgrade: '$upgrade',
    Connection: '$upstream_connection',
    'X-Real-IP': '$remote_addr',
    'X-Forwarded-For': '$proxy_add_x_forwarded_for',
    'X-Forwarded-Proto': '$scheme',
    'X-Forwarded-Host': '$http_host',
    'X-Forwarded-Port': '$server_port',
    ...(global['correlation-id'] && { [global['correlation-id'].header_name]: '$correlation_id' }),
    Host: '$http_host',
  }
  return Object.entries(headers).map(([name, value]) => `proxy_set_header ${name} ${value};`)
}

/** nginx omits headers without a value. */
function responseHeaders({ cors, 'correlation-id': correlation }) {
  const echo = correlation?.echo_downstream ? correlation.header_name : undefined
  const headers = {
    ...(echo && { [echo]: '$correlation_id' }),
    ...(cors && {
      'Access-Control-Allow-Origin': '$cors_origin',
      'Access-Control-Expose-Headers': '$cors_exposed',
      'Access-Control-Allow-Methods': '$cors_methods',
      'Access-Control-Allow-Headers': '$cors_headers',
      'Access-Control-Max-Age': '$cors_max_age',
      Vary: 'Origin',
    }),
  }
  return [
    ...(echo ? [`proxy_hide_header ${echo};`] : []),
    ...Object.entries(headers).map(([name, value]) => `add_header ${name} ${value} always;`),
  ]
}

/** nginx's own errors, in JSON. */
function failures() {
  const messages = {
    413: 'the body is too large',
    429: 'too many requests',
    502: 'the role cannot be reached',
    504: 'the role did not answer in time',
  }
  return Object.entries(messages).flatMap(([code, message]) => [
    `error_page ${code} @${code};`,
    `location @${code} { internal; default_type application/json; return ${code} '{"message":"${message}"}'; }`,
  ])
}

function location({ route, path, isRegex }) {
  const head = isRegex
    ? `location ~ ${quote(`^(?:${path.slice(1)})`, { regex: true })}`
    : `location ${quote(path)}`
  return [`# ${route.name}`, `${head} {`, ...indent(route.service ? forward(route) : end(route)), '}']
}

function forward({ service, plugins, preserve_host, request_buffering, response_buffering }) {
  if (!preserve_host) throw new Error('preserve_host: false is not supported here')
  const seconds = (milliseconds) => `${milliseconds}ms`
  return [
    `client_max_body_size ${bodyLimit(plugins['request-size-limiting'])};`,
    `proxy_connect_timeout ${seconds(service.connect_timeout)};`,
    `proxy_read_timeout ${seconds(service.read_timeout)};`,
    `proxy_send_timeout ${seconds(service.write_timeout)};`,
    `proxy_next_upstream_tries ${service.retries + 1};`,
    ...(request_buffering ? [] : ['proxy_request_buffering off;']),
    ...(response_buffering ? [] : ['proxy_buffering off;']),
    `proxy_pass http://${service.host};`,
  ]
}

function end({ plugins }) {
  const config = { status_code: undefined, content_type: undefined, body: undefined }
  const { status_code, content_type, body } = members(
    plugins['request-termination'],
    config,
    'request-termination',
  )
  return [`default_type ${quote(content_type)};`, `return ${status_code} ${quote(body)};`]
}

function bodyLimit(config) {
  if (!config) return 0
  const known = { allowed_payload_size: undefined, size_unit: 'megabytes', require_content_length: false }
  const given = members(config, known, 'request-size-limiting')
  only(given.require_content_length, [false], 'request-size-limiting.require_content_length')
  const unit = { megabytes: 'm', kilobytes: 'k', bytes: '' }[given.size_unit]
  return `${given.allowed_payload_size}${unit}`
}

/** Kong counts in windows; nginx allows the same burst and then refills at a constant rate. */
function rateLimits(config) {
  if (!config) return { zones: [], use: [] }
  const known = {
    limit_by: undefined,
    policy: undefined,
    second: 0,
    minute: 0,
    fault_tolerant: true,
    hide_client_headers: false,
  }
  const given = members(config, known, 'rate-limiting')
  only(given.limit_by, ['ip'], 'rate-limiting.limit_by')
  only(given.policy, ['local'], 'rate-limiting.policy')
  const used = [
    ['second', given.second, 's'],
    ['minute', given.minute, 'm'],
  ].filter(([, limit]) => limit > 0)
  return {
    zones: used.map(
      ([name, limit, unit]) =>
        `limit_req_zone $binary_remote_addr zone=per_${name}:1m rate=${limit}r/${unit};`,
    ),
    use: [
      'limit_req_status 429;',
      ...used.map(([name, limit]) => `limit_req zone=per_${name} burst=${limit} nodelay;`),
    ],
  }
}

function maps({ cors, 'correlation-id': correlation }) {
  return [
    'map $http_upgrade $upgrade { default \'\'; "~*^websocket$" websocket; }',
    "map $upgrade $upstream_connection { default ''; websocket upgrade; }",
    ...(correlation ? correlationMap(correlation) : []),
    ...(cors ? corsMaps(cors) : []),
  ]
}

/** The client's id, or a new one. */
function correlationMap(config) {
  const known = { header_name: undefined, generator: undefined, echo_downstream: false }
  const { header_name, generator } = members(config, known, 'correlation-id')
  only(generator, ['uuid'], 'correlation-id.generator')
  const variable = `$http_${header_name.toLowerCase().replaceAll('-', '_')}`
  const parts = [8, 4, 4, 4, 12].map((length, index) => `(?<id${index}>.{${length}})`).join('')
  return [
    `map $request_id $new_uuid { "~^${parts}$" "$id0-$id1-$id2-$id3-$id4"; }`,
    `map ${variable} $correlation_id { default ${variable}; '' $new_uuid; }`,
  ]
}

function corsMaps(config) {
  const known = {
    origins: undefined,
    methods: undefined,
    headers: null,
    exposed_headers: [],
    credentials: false,
    max_age: undefined,
    preflight_continue: false,
  }
  const given = members(config, known, 'cors')
  only(given.credentials, [false], 'cors.credentials')
  only(given.preflight_continue, [false], 'cors.preflight_continue')
  only(given.headers, [null], 'cors.headers')
  const origins = given.origins.map((origin) => `${quote(`~${origin}`, { regex: true })} $http_origin;`)
  // Headers for a preflight only, or for other requests only, of an allowed origin.
  const when = (name, source, key, value) =>
    `map "${source}:$cors_origin" $${name} { default ''; "~^${key}:." ${value}; }`
  return [
    `map $http_origin $cors_origin { default ''; ${origins.join(' ')} }`,
    'map "$request_method:$http_access_control_request_method:$http_origin" $cors_preflight ' +
      '{ default 0; "~^OPTIONS:[A-Za-z-]+:." 1; }',
    when('cors_exposed', '$cors_preflight', '0', quote(given.exposed_headers.join(','))),
    when('cors_methods', '$cors_preflight', '1', quote(given.methods.join(','))),
    when('cors_headers', '$cors_preflight', '1', '$http_access_control_request_headers'),
    when('cors_max_age', '$cors_preflight', '1', quote(String(given.max_age))),
  ]
}

function status(folder, generation) {
  return [
    'server {',
    ...indent([
      `listen unix:${folder}/status.sock;`,
      'default_type text/plain;',
      `return 200 ${quote(generation)};`,
    ]),
    '}',
  ]
}
