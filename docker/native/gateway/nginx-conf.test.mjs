import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { nginxConf } from './nginx-conf.mjs'

const ROLES = ['document', 'signature', 'search', 'ws']
const TARGETS = new Map(ROLES.map((role, index) => [role, [`127.0.0.1:${9000 + index}`]]))

/** The configuration for kong.yml after a change. */
function generate(change = () => {}, options = {}) {
  const kong = parse(readFileSync('docker/kong.yml', 'utf8'), { merge: true })
  change(kong)
  return nginxConf(kong, { listen: '127.0.0.1:8000', folder: '/tmp/x', targets: TARGETS, ...options })
}

/** The locations of a configuration, in its order. */
const locationsOf = (conf) =>
  [...conf.matchAll(/location (?:~ )?"(.+)" \{ .*([^}]+)\}/g)].map(([, path, body]) => ({
    path: path.replaceAll('\\\\', '\\'),
    body,
    role: /proxy_pass http:\/\/(\w+)\.upstream;/.exec(body)?.[1] ?? '-',
  }))
const locationOf = (conf, path) => locationsOf(conf).find((location) => new RegExp(location.path).test(path))

test('each path leads to the same role as through Kong', () => {
  const conf = generate()
  const requests = readFileSync('docker/check/routes/requests.txt', 'utf8').matchAll(
    /^[A-Z]+ +(\/\S*) +(\S+)/gm,
  )
  // Paths that Kong, as nginx, normalizes before it matches are left out.
  const plain = [...requests].filter(([, path]) => !/\/\/|\.\.|%/.test(path))
  assert.ok(plain.length > 50)
  for (const [, path, role] of plain) assert.equal(locationOf(conf, path).role, role, path)
})

test('expressions go before prefixes, then the higher priority, then the longer prefix', () => {
  const conf = generate((kong) => {
    const [document] = kong.services
    const [route] = document.routes
    document.routes = [
      { ...route, name: 'short', paths: ['/a'] },
      { ...route, name: 'long', paths: ['/a/b'] },
      { ...route, name: 'low', paths: ['~/a/b/c'], regex_priority: 1 },
      { ...route, name: 'high', paths: ['~/a/b'], regex_priority: 2 },
    ]
    kong.services = [document]
    kong.routes = []
  })
  const paths = locationsOf(conf).map(({ path }) => path)
  assert.deepEqual(paths, ['^(?:/a/b)', '^(?:/a/b/c)', '/a/b', '/a'])
})

test('each instance is a server of its upstream, and a role without any is down', () => {
  const targets = new Map([...TARGETS, ['ws', ['127.0.0.1:1', '127.0.0.1:2']], ['search', []]])
  const conf = generate(undefined, { targets })
  assert.match(
    conf,
    /upstream ws\.upstream \{[^}]*least_conn;\s+server 127\.0\.0\.1:1 [^;]+;\s+server 127\.0\.0\.1:2 /,
  )
  assert.match(conf, /upstream search\.upstream \{[^}]*server 127\.0\.0\.1:9 down;/)
})

test("a route's plugin overrides the global one", () => {
  const conf = generate()
  assert.match(locationOf(conf, '/documents').body, /client_max_body_size 48m;/)
  assert.match(locationOf(conf, '/signatures').body, /client_max_body_size 8m;/)
})

for (const [what, change, message] of [
  ['a plugin', (kong) => kong.plugins.push({ name: 'jwt' }), /plugin jwt is not supported/],
  ['a condition of a route', (kong) => (kong.services[0].routes[0].hosts = ['a']), /hosts is not supported/],
  ['strip_path', (kong) => (kong.services[0].routes[0].strip_path = true), /strip_path is not supported/],
  ['an algorithm', (kong) => (kong.upstreams[0].algorithm = 'latency'), /latency is not supported/],
  ['an upstream', (kong) => (kong.services[0].host = 'other'), /no upstream other/],
  ['a variable', (kong) => (kong.routes[0].plugins[0].config.body = 'costs $5'), /has a \$/],
]) {
  test(`an unknown setting is an error: ${what}`, () => {
    assert.throws(() => generate(change), { message })
  })
}

test('a target that kong.yml does not have is an error', () => {
  assert.throws(() => generate(undefined, { targets: new Map([['x', ['127.0.0.1:1']]]) }), /no target x/)
})
