/**
 * Alerts and dashboard against what docmgr really publishes: the metrics of the built program with every role on the embedded
 * adapters, and the names of those that only the distributed profile has.
 */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { ALERT_CASES } from './alert-cases.ts'
import { ROLES } from '../../src/config/roles.ts'

const folder = mkdtempSync(join(tmpdir(), 'docmgr-monitoring-'))
after(() => rmSync(folder, { recursive: true }))

interface Rule {
  alert: string
  expr: string
  labels: Record<string, string>
  annotations: { summary: string; runbook: string }
}

const RULES = 'docker/prometheus/alerts.yml'
const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
)

interface ScrapeConfig {
  authorization?: { credentials_file: string }
  dns_sd_configs?: { names: string[] }[]
  static_configs?: { targets: string[] }[]
}
const SCRAPE_TOKEN = '/run/secrets/scrape_token'

interface Panel {
  title: string
  targets?: { expr: string }[]
}

const dashboard = JSON.parse(readFileSync('docker/grafana/docmgr.json', 'utf8')) as { panels: Panel[] }
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

/** Published with Kafka only. */
const DISTRIBUTED = ['docmgr_changes_lag_events']

function promtool(args: string[], input?: string): void {
  const { status, stdout, stderr, error } = spawnSync(process.env['PROMTOOL'] ?? 'promtool', args, {
    encoding: 'utf8',
    input,
  })
  assert.ifError(error)
  assert.deepEqual(
    { status, problems: input === undefined ? '' : stdout + stderr },
    { status: 0, problems: '' },
    stdout + stderr,
  )
}

/** The metrics of a service with every role, after one document and one signature. */
async function scrape(): Promise<string> {
  const ports = ['HTTP', 'DOCUMENT', 'SIGNATURE', 'SEARCH', 'WS', 'GRPC'].map((name) => [
    `DOCMGR_LISTEN_${name}`,
    '0',
  ])
  const program = resolve(process.env['CHECK_CLI'] ?? 'dist/cli.js')
  const service = spawn(process.execPath, [program, 'serve', '--json', '--data', join(folder, 'data')], {
    env: { ...process.env, ...Object.fromEntries(ports) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(service, 'exit')
  const ended = exited.then(() => Promise.reject(new Error('docmgr has ended')))
  ended.catch(() => {})
  try {
    const [line] = (await Promise.race([once(createInterface(service.stdout), 'line'), ended])) as [string]
    const { urls } = JSON.parse(line) as { urls: { http: string } }
    const post = async (path: string, body: object, expected = 201): Promise<{ id: string }> => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(urls.http + path, { method: 'POST', headers, body: JSON.stringify(body) })
      assert.equal(response.status, expected)
      return (await response.json()) as { id: string }
    }
    const { id } = await post('/documents', {
      title: 'Lease',
      content: 'rent',
      created_by: 'ada@example.com',
    })
    await post('/signatures', { document_id: id, signer_email: 'bob@example.com', signer_name: 'Bob' })
    await fetch(`${urls.http}/documents/${id}`)
    await post('/document.DocumentService/GetDocument', { documentId: id }, 200)
    return await (await fetch(`${urls.http}/metrics`)).text()
  } finally {
    service.kill()
    await exited
  }
}

const namesIn = (expression: string): string[] =>
  expression.match(/\b(?:docmgr|nodejs|process)_[a-z_0-9]+/g) ?? []

test('promtool accepts the metrics, and they include every one that an alert or a panel names', async () => {
  const metrics = await scrape()
  promtool(['check', 'metrics'], metrics)
  const published = new Set(metrics.split('\n').map((line) => /^[a-z_0-9]+/.exec(line)?.[0]))
  // A counter without an event has no line yet, but its type.
  for (const [, name] of metrics.matchAll(/^# TYPE (\S+) counter/gm)) published.add(name)
  const named = [...rules.map(({ expr }) => expr), ...expressions].flatMap(namesIn)
  assert.deepEqual(
    [...new Set(named)].filter((name) => !published.has(name)),
    DISTRIBUTED,
  )
})

test('promtool accepts the configurations, which find every role, in production with the token', () => {
  for (const name of ['prometheus', 'production']) {
    const file = `docker/prometheus/${name}.yml`
    promtool(['check', 'config', '--syntax-only', file])
    const [job] = (parse(readFileSync(file, 'utf8')) as { scrape_configs: ScrapeConfig[] }).scrape_configs
    const names = job!.dns_sd_configs?.flatMap((found) => found.names)
    const targets = job!.static_configs?.flatMap((found) => found.targets.map((text) => text.split(':')[0]!))
    assert.deepEqual((names ?? targets)?.toSorted(), ROLES.toSorted())
    assert.equal(job!.authorization?.credentials_file, name === 'production' ? SCRAPE_TOKEN : undefined)
  }
})

test('promtool accepts the alerts, and the expressions of the dashboard as rules', () => {
  promtool(['check', 'rules', RULES])
  const plain = expressions.map((expr) =>
    expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
  )
  const file = join(folder, 'dashboard.yml')
  const recorded = plain.map((expr, n) => ({ record: `panel:${n}`, expr }))
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: recorded }] }))
  promtool(['check', 'rules', file])
})

test('each alert fires in its case, and not in the normal one', () => {
  assert.deepEqual(
    Object.keys(ALERT_CASES),
    rules.map(({ alert }) => alert),
  )
  const tests = rules.flatMap(({ alert, labels, annotations }) => {
    const { fires, at, series = {}, quiet } = ALERT_CASES[alert]!
    const expected = { exp_labels: { ...labels, ...series }, exp_annotations: annotations }
    const cases = [
      { input: fires, exp_alerts: [expected] },
      { input: quiet, exp_alerts: [] },
    ]
    return cases.map(({ input, exp_alerts }) => ({
      interval: '1m',
      input_series: Object.entries(input).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts }],
    }))
  })
  const file = join(folder, 'cases.yml')
  writeFileSync(file, JSON.stringify({ rule_files: [resolve(RULES)], evaluation_interval: '1m', tests }))
  promtool(['test', 'rules', file])
})

test("each alert names a row of README's table", () => {
  const readme = readFileSync('README.md', 'utf8')
  for (const { alert, annotations } of rules)
    assert.ok(readme.includes(`| **${annotations.runbook}** |`), `${alert}: ${annotations.runbook}`)
})
