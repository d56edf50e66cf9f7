/**
 * What Kafka's image makes of compose.yml: its entry point runs this class, which turns the variables into
 * server.properties, checks them and formats the storage. The jars are those that docker/native installs.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { usersOf } from '../../src/config/access.ts'
import { environmentOf, openSystem } from './compose-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'docmgr-kafka-'))
after(() => rmSync(folder, { recursive: true }))
const SECRETS = join(folder, 'secrets')
mkdirSync(SECRETS)
const USERS = ['admin', ...usersOf('changes').keys()]
for (const user of USERS) writeFileSync(join(SECRETS, `kafka_${user}_password`), `password-of-${user}`)

/** The defaults of the image that the class reads beside the variables. */
const DEFAULTS = join(folder, 'defaults')
mkdirSync(DEFAULTS)
writeFileSync(join(DEFAULTS, 'server.properties'), 'process.roles=broker,controller\n')
for (const name of ['log4j2.yaml', 'tools-log4j2.yaml'])
  writeFileSync(join(DEFAULTS, name), 'Configuration:\n  Loggers:\n    Root:\n      level: INFO\n')

/** Without variables that the class would take for settings. */
const OWN = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KAFKA_')))

let runs = 0

/** @returns the exit code, what was printed, and the lines of server.properties */
function setUp(production: boolean, changes: Record<string, string> = {}) {
  const { services, read } = openSystem(production)
  const kafka = services.find(({ name }) => name === 'kafka')!
  const home = join(folder, String(runs++))
  for (const name of ['mounted', 'final', 'data']) mkdirSync(join(home, name), { recursive: true })
  const java = ['docker/native/stack', 'exec', 'kafka', 'java', 'kafka.docker.KafkaDockerWrapper', 'setup']
  const folders = ['--default-configs-dir', DEFAULTS, '--mounted-configs-dir', join(home, 'mounted')]
  const command = [...java, ...folders, '--final-configs-dir', join(home, 'final')]
  // The production overlay starts the image through this script.
  const script = join(home, 'sasl.sh')
  writeFileSync(script, read('docker/kafka/sasl.sh').replaceAll('/run/secrets', SECRETS))
  const [program, ...args] = production ? ['bash', script, 'admin', ...command] : command
  const { status, stdout, stderr } = spawnSync(program!, args, {
    env: { ...OWN, ...environmentOf(kafka), KAFKA_LOG_DIRS: join(home, 'data'), ...changes },
    encoding: 'utf8',
  })
  const properties =
    status === 0 ? readFileSync(join(home, 'final/server.properties'), 'utf8').split('\n') : []
  return { status, output: stdout + stderr, properties }
}

test("Kafka's entry point accepts both environments and formats its storage", () => {
  const development = setUp(false)
  assert.equal(development.status, 0, development.output)
  assert.match(development.output, /Formatting .*directory/)
  assert.ok(
    development.properties.includes('advertised.listeners=INSIDE://kafka:9092,OUTSIDE://127.0.0.1:9092'),
  )
  assert.ok(development.properties.includes('auto.create.topics.enable=false'))
  const production = setUp(true)
  assert.equal(production.status, 0, production.output)
  for (const listener of ['inside', 'controller']) {
    const name = `listener.name.${listener}.plain.sasl.jaas.config=`
    const login = production.properties.find((line) => line.startsWith(name)) ?? ''
    assert.match(login, / username="admin" password="password-of-admin"/)
    for (const user of USERS) assert.ok(login.includes(` user_${user}="password-of-${user}"`), login)
  }
})

test('it refuses listeners that do not fit together', () => {
  const wrong = { KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT' }
  const { status, output } = setUp(false, wrong)
  assert.notEqual(status, 0)
  assert.match(output, /CONTROLLER/)
})
