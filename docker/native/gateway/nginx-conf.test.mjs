import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { nginxConf } from './nginx-conf.mjs'

const text = readFileSync('docker/kong.yml', 'utf8')
const kong = (change = () => {}) => {
  const table = parse(text, { merge: true })
  change(table)
  return table
}
const ROLES = ['document', 'signature', 'search', 'ws']
const targets = new Map(ROLES.map((role, index) => [role, [`127.0.0.1:${9000 + index}`]]))
const generate = (change, options) =>
  nginxConf(kong(change), { listen: '127.0.0.1:8000', folder: '/tmp/x', asRoot: false, targets, ...options })

/** The paths of the locations, in nginx's order, with where they lead. */
function locationsOf(conf) {
  return [...conf.matchAll(/location (?:~ )?"(.+)" \{([^}]+)\}/g)].map(([, path, body]) => ({
    path: path.replaceAll('\\\\', '\\'),
    body,
    upstream: /proxy_pass http:\/\/(\w+)\.upstream;/.exec(body)?.[1],
  }))
}
/** Where nginx would send a path: the first expression that matches. */
const upstreamOf = (conf, path) =>
  locationsOf(conf).find((location) => new RegExp(location.path).test(path))?.upstream

test('each path of the contract leads to its role', () => {
  const conf = generate()
  const expected = {
    '/documents': 'document',
    '/documents/1': 'document',
    '/documents/1/stats': 'document',
    '/documents/1/signatures': 'signature',
    '/signatures': 'signature',
    '/signatures/1': 'signature',
    '/search': 'search',
    '/suggest': 'search',
    '/aggregations/status': 'search',
    '/ws/1': 'ws',
    '/auth/token': 'ws',
    '/stats': 'ws',
    '/broadcast/1': 'ws',
    '/document.DocumentService/GetDocument': 'document',
    '/openapi.json': 'document',
  }
  for (const [path, role] of Object.entries(expected)) assert.equal(upstreamOf(conf, path), role, path)
  for (const path of ['/', '/documentsx', '/metrics', '/health/ready', '/x/documents'])
    assert.equal(upstreamOf(conf, path), undefined, path)
})

test('expressions go before prefixes, then the higher priority, then the longer prefix', () => {
  const conf = generate((table) => {
    const [document] = table.services
    const [route] = document.routes
    document.routes = [
      { ...route, name: 'short', paths: ['/a'] },
      { ...route, name: 'long', paths: ['/a/b'] },
      { ...route, name: 'low', paths: ['~/a/b/c'], regex_priority: 1 },
      { ...route, name: 'high', paths: ['~/a/b'], regex_priority: 2 },
    ]
    table.services = [document]
    table.routes = []
  })
  assert.deepEqual(
    locationsOf(conf).map(({ path }) => path),
    ['^(?:/a/b)', '^(?:/a/b/c)', '/a/b', '/a'],
  )
})

test('each instance is a server of its upstream, and a role without any is down', () => {
  const several = new Map([...targets, ['ws', ['127.0.0.1:1', '127.0.0.1:2']], ['search', []]])
  const conf = generate(undefined, { targets: several })
  assert.match(
    conf,
    /upstream ws\.upstream \{[^}]*least_conn;\s+server 127\.0\.0\.1:1 [^;]+;\s+server 127\.0\.0\.1:2 /,
  )
  assert.match(conf, /upstream search\.upstream \{[^}]*server 127\.0\.0\.1:9 down;/)
})

test('a request that may have arrived is repeated only where its method allows that', () => {
  const conf = generate()
  assert.match(conf, /proxy_next_upstream error timeout;/)
  assert.doesNotMatch(conf, /non_idempotent/)
})

test("a route's plugin goes before the one for all", () => {
  const locations = locationsOf(generate())
  const limitOf = (path) =>
    /client_max_body_size (\w+);/.exec(
      locations.find((location) => new RegExp(location.path).test(path)).body,
    )[1]
  assert.equal(limitOf('/documents'), '48m')
  assert.equal(limitOf('/signatures'), '8m')
})

for (const [what, change, message] of [
  ['a plugin', (table) => table.plugins.push({ name: 'jwt' }), /plugins: "jwt" is not supported/],
  ['a setting of a plugin', (table) => (table.plugins[0].config.x = 1), /correlation-id\.x is not supported/],
  [
    'a condition of a route',
    (table) => (table.services[0].routes[0].hosts = ['a']),
    /documents\.hosts is not supported/,
  ],
  [
    'stripping',
    (table) => (table.services[0].routes[0].strip_path = true),
    /strip_path: true is not supported/,
  ],
  ['an algorithm', (table) => (table.upstreams[0].algorithm = 'latency'), /"latency" is not supported/],
  ['a member of the file', (table) => (table.consumers = []), /consumers is not supported/],
  ['an unknown upstream', (table) => (table.services[0].host = 'other'), /there is no upstream other/],
]) {
  test(`what is not known is an error: ${what}`, () => {
    assert.throws(() => generate(change), { message })
  })
}

test('a target that the table does not have is an error', () => {
  assert.throws(() => generate(undefined, { targets: new Map([['x', ['127.0.0.1:1']]]) }), /no target x/)
})

test('a text that nginx would read variables in is an error', () => {
  const change = (table) => (table.routes[0].plugins[0].config.body = 'costs $5')
  assert.throws(() => generate(change), /has a \$/)
})
