/** The chart's values: their schema, their documentation, and what is refused. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { CHART, helm, RELEASE } from './chart-model.ts'
import { configurationOf } from './docmgr-config.ts'

const read = (path: string): string => readFileSync(path, 'utf8')

type Values = { [key: string]: unknown }

interface Schema {
  type?: string
  minimum?: number
  maximum?: number
  properties?: Record<string, Schema>
}

const membersOf = (properties: Record<string, Schema>, path = ''): [string, Schema][] =>
  Object.entries(properties).flatMap(([name, schema]): [string, Schema][] =>
    schema.properties ? membersOf(schema.properties, `${path}${name}.`) : [[path + name, schema]],
  )

test("the settings that the values may have are docmgr's, with its bounds", () => {
  const defaults = configurationOf({})
  assert.ok('settings' in defaults)
  const variables = new Map([...defaults.settings.values()].map(({ key, variable }) => [key, variable]))
  const schema = JSON.parse(read(`${CHART}/values.schema.json`)) as {
    definitions: {
      settings: {
        properties: Record<string, Schema>
      }
    }
  }
  const limits: { key: string; variable: string; minimum: number; maximum: number }[] = []
  for (const [key, { type, minimum, maximum }] of membersOf(schema.definitions.settings.properties)) {
    const variable = variables.get(key)
    assert.ok(variable, `docmgr has no setting ${key}`)
    if (type === 'integer') limits.push({ key, variable, minimum: minimum!, maximum: maximum! })
  }
  for (const [side, step] of [
    ['minimum', -1],
    ['maximum', 1],
  ] as const) {
    const withAll = (offset: number) =>
      configurationOf(
        Object.fromEntries(limits.map((limit) => [limit.variable, String(limit[side] + offset)])),
      )
    const accepted = withAll(0)
    assert.ok('settings' in accepted, 'problem' in accepted ? accepted.problem : '')
    const refused = withAll(step)
    assert.ok('problem' in refused)
    for (const { key } of limits) assert.ok(refused.problem.includes(key), `${key} has no such ${side}`)
  }
})

test("the chart's version of the program is that of package.json", () => {
  const { appVersion } = parse(read(`${CHART}/Chart.yaml`)) as { appVersion: string }
  assert.equal(appVersion, (JSON.parse(read('package.json')) as { version: string }).version)
})

test('README of the chart has every value with its default', () => {
  const rows = new Map(
    [...read(`${CHART}/README.md`).matchAll(/^\| `([^`]+)` \| (.*?) \|/gm)].map(([, key, value]) => [
      key!,
      value!,
    ]),
  )
  const used = new Set<string>()
  for (const [key, value] of leavesOf(parse(read(`${CHART}/values.yaml`)) as Values)) {
    const row = [...rows.keys()].find((pattern) =>
      new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(key),
    )
    assert.ok(row, `${key} is missing`)
    assert.ok(
      ['by role', `\`${JSON.stringify(value)}\``].includes(rows.get(row)!),
      `${key}: ${rows.get(row)}`,
    )
    used.add(row)
  }
  assert.deepEqual([...rows.keys()].toSorted(), [...used].toSorted())
})

function leavesOf(values: Values, path = ''): [string, unknown][] {
  return Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value)
    const descend = isGroup && Object.keys(value).length > 0 && key !== 'resources'
    return descend ? leavesOf(value as Values, `${path}${key}.`) : [[path + key, value]]
  })
}

/** A change of the trial's values, and what the message must say. */
const REFUSED: [change: string, message: RegExp][] = [
  ['roles.document.replicas=two', /\/roles\/document\/replicas.*want integer/],
  ['roles.documents.replicas=2', /\/roles.*'documents' not allowed/],
  ['roles.search.autoscaling.targetLag=5', /\/roles\/search\/autoscaling.*'targetLag' not allowed/],
  ['roles.indexer.autoscaling.by=cpu', /\/roles\/indexer\/autoscaling\/by.*'metric', 'keda'/],
  ['roles.ws.resources.limits.memory=lots', /\/roles\/ws\/resources\/limits\/memory.*does not match/],
  ['roles.ws.resources.limits=null', /\/roles\/ws\/resources.*limits/],
  ['settings.listen.port=80', /\/settings\/listen.*'port' not allowed/],
  ['settings.database.poolSize=201', /\/settings\/database\/poolSize.*200/],
  ['settings.search.url=http://search:9200', /\/settings\/search\/url.*does not match/],
  ['settings.cache.url=redis://:password@redis:6379', /\/settings\/cache\/url.*does not match/],
  ['settings.http.origins[0]=docs.example', /\/settings\/http\/origins\/0.*does not match/],
  ['settings.http.origins[0]=https://docs.example/app', /\/settings\/http\/origins\/0.*does not match/],
  ['settings.http.hosts[0]=docs.example:443', /\/settings\/http\/hosts\/0.*does not match/],
  ['settings.auth.maxTokenLifetime=30', /\/settings\/auth\/maxTokenLifetime.*60/],
  [
    'roles.ws.settings.auth.maxTokenLifetime=600',
    /settings.auth.tokenLifetime: ws .*maxTokenLifetime is 600/,
  ],
  ['roles.document.settings.log.level=loud', /\/roles\/document\/settings\/log\/level.*one of/],
  ['secrets.values.auth-secret=short', /\/secrets\/values\/auth-secret.*32/],
  ['settings.auth.oidc.issuer=http://login.example', /\/settings\/auth\/oidc\/issuer.*does not match/],
  ['settings.auth.oidc.clientSecret=x', /\/settings\/auth\/oidc.*'clientSecret' not allowed/],
  ['settings.auth.oidc.admins[0]=ada', /\/settings\/auth\/oidc\/admins\/0.*does not match/],
  ['settings.auth.oidc.issuer=https://login.example', /settings.auth.oidc.clientId: set it for logins/],
  ['settings.auth.oidc.audience=docmgr', /settings.auth.oidc.issuer: set the identity provider/],
  [
    'settings.auth.oidc.issuer=https://login.example,settings.auth.oidc.clientId=docmgr',
    /settings.http.publicUrl: set the origin/,
  ],
  ['secrets.oidcClientSecret=true', /secrets.oidcClientSecret: is the secret of settings.auth.oidc.clientId/],
  ['secrets.scrapeToken=true', /no source for auth-scrape-token, which document needs/],
  ['secrets.values.auth-scrape-token=short', /\/secrets\/values\/auth-scrape-token.*32/],
  [
    'roles.ws.secrets.auth-second-secret.name=x,roles.ws.secrets.auth-second-secret.key=y',
    /roles.ws.secrets.auth-second-secret: is not used/,
  ],
  ['secrets.values.authSecret=x', /\/secrets\/values.*'authSecret' not allowed/],
  ['roles.ws.secrets.changesUrl.name=x', /\/roles\/ws\/secrets.*'changesUrl' not allowed/],
  ['roles.ws.secrets.changes-url.name=x', /\/roles\/ws\/secrets\/changes-url.*'key'/],
  [
    'roles.search.secrets.database-url.name=x,roles.search.secrets.database-url.key=y',
    /roles.search.secrets.database-url: is not used: search reads auth-services-key;/,
  ],
  // The trial has this URL in settings.
  [
    'jobs.connector.secrets.changes-url.name=x,jobs.connector.secrets.changes-url.key=y',
    /jobs.connector.secrets.changes-url: is not used/,
  ],
  ['securityContext.user=0', /\/securityContext\/user.*1/],
  ['jobs.access.enabled=true', /jobs.access.passwords: set the Secret with the passwords/],
  ['jobs.connector.properties.poll=100', /\/jobs\/connector\/properties\/poll.*want string/],
  ['jobs.gc.schedule=daily', /\/jobs\/gc\/schedule.*does not match/],
  ['image.digest=latest', /\/image\/digest.*does not match/],
  ['ingress.controller=traefik', /\/ingress\/controller.*'kong', 'nginx'/],
  ['networkPolicy.from[0].podSelectors=x', /\/networkPolicy\/from\/0/],
  ['colour=red', /'colour' not allowed/],
  ['secrets.existing=other', /secrets.values: .*remove one/],
  ['secrets.values.database-url=mysql://db', /\/secrets\/values\/database-url.*does not match/],
  ['settings.changes.url=', /no source for changes-url, .*settings.changes.url/],
  ['settings.changes.connectUrl=', /settings.changes.connectUrl: set the URL of Kafka Connect/],
  ['settings.shutdown.drain=15000', /settings.shutdown.drain: .*half/],
  ['roles.ws.terminationGracePeriodSeconds=10', /roles.ws.terminationGracePeriodSeconds: is less/],
  ['roles.ws.autoscaling.maxReplicas=1', /roles.ws.autoscaling.maxReplicas: is less than minReplicas/],
  ['roles.indexer.autoscaling.enabled=true,roles.indexer.autoscaling.by=keda', /keda.bootstrapServers: set/],
  ['ingress.enabled=true', /ingress.host: set/],
  ['ingress.enabled=true,ingress.host=docs.example', /ingress.tlsSecret: set/],
]

/** What the notes say of a server without TLS and of a trusted network that has clients, too. */
const PLAIN = /Connections are not encrypted according to ([^:]+):/
const WIDE = /settings\.listen\.trustedProxies has ([^:]+):/

test('the notes name what is not encrypted, who is trusted too much, and secrets that are open or too many', () => {
  const notesOf = (values: string, change: string): string => {
    const path = `${CHART}/ci/${values}-values.yaml`
    // The default, Helm 4: Helm 3 asks a cluster.
    const { status, stdout, stderr } = helm([
      'install',
      RELEASE,
      CHART,
      '-f',
      path,
      '--set',
      change,
      '--dry-run=client',
    ])
    assert.equal(status, 0, stderr)
    return stdout.slice(stdout.indexOf('\nNOTES:')).replaceAll(/\s+/g, ' ')
  }
  const named = (text: string, pattern: RegExp): string[] => pattern.exec(text)?.[1]!.split(', ') ?? []

  const trial = notesOf(
    'trial',
    'settings.listen.trustedProxies={uniquelocal,10.0.0.0/8,10.244.0.0/16,fd00::/64}',
  )
  assert.deepEqual(named(trial, PLAIN), [
    ...['blobs.url', 'cache.url', 'changes.connectUrl', 'changes.url', 'search.url'].map(
      (key) => `settings.${key}`,
    ),
    'secrets.values.database-direct-url',
    'secrets.values.database-url',
  ])
  assert.deepEqual(named(trial, WIDE), ['uniquelocal', '10.0.0.0/8'])
  assert.match(trial, /secrets\.scrapeToken is false: /)
  assert.doesNotMatch(trial, /secrets\.secondSecret/)
  const rotated = notesOf('production', 'secrets.scrapeToken=true')
  assert.match(rotated, /secrets\.secondSecret is true: /)
  assert.doesNotMatch(rotated, /secrets\.scrapeToken/)

  const role = notesOf('operators', 'roles.ws.settings.changes.url=kafka://kafka:9092')
  assert.deepEqual(named(role, PLAIN), ['roles.ws.settings.changes.url'])
  const encrypted = notesOf('operators', 'settings.listen.trustedProxies={10.244.0.0/16}')
  assert.deepEqual([named(encrypted, PLAIN), named(encrypted, WIDE)], [[], []])
})

test('wrong values are refused with the name of the value', () => {
  const trial = ['template', RELEASE, CHART, '-f', `${CHART}/ci/trial-values.yaml`]
  for (const [change, message] of REFUSED) {
    const { status, stderr } = helm([...trial, '--set', change])
    assert.notEqual(status, 0, `${change} is accepted`)
    assert.match(stderr.replaceAll('\n', ' '), message, change)
  }
  const { stderr } = helm(['template', RELEASE, CHART])
  assert.match(stderr, /no source for [a-z-]+, which [a-z]+ needs: .*secrets\.existing/)
})
