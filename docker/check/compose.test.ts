/** compose.yml, alone and with compose.production.yml; and that each kind of mistake would be found. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { COMPOSE_MISTAKES, REFUSED_BY_COMPOSE } from './compose-mistakes.ts'
import { environmentOf, isDocmgr, openSystem, openSystems, OVERLAY } from './compose-model.ts'
import { problemsOf, RULES } from './compose-rules.ts'
import { configurationOf, IMAGE_ENVIRONMENT } from './docmgr-config.ts'

const SECRETS = mkdtempSync(join(tmpdir(), 'docmgr-secrets-'))
execFileSync('bash', ['docker/secrets', SECRETS])
after(() => rmSync(SECRETS, { recursive: true }))

const SYSTEMS = [openSystem(false), openSystem(true)]

for (const system of SYSTEMS) {
  test(`${system.production ? OVERLAY : 'compose.yml'} keeps all ${RULES.length} rules`, () => {
    assert.deepEqual(problemsOf(system), [])
  })
}

test('each mistake is found', () => {
  const systems = openSystems(
    COMPOSE_MISTAKES.map((mistake) => ({ production: mistake.file === OVERLAY, mistake })),
  )
  for (const [index, { file, old, new: made, problem }] of COMPOSE_MISTAKES.entries()) {
    const system = systems[index]!
    const what = `${file}: ${made || `without ${old}`}`
    assert.ok(!('error' in system), `${what} was refused by Compose`)
    assert.ok(SYSTEMS[0]!.read(file).includes(old), `${file} does not have ${old}`)
    const found = problemsOf(system)
    assert.ok(
      found.some((text) => text.includes(problem)),
      `${what}: not found, only ${JSON.stringify(found)}`,
    )
  }
})

test('Compose refuses broken references', () => {
  const systems = openSystems(
    REFUSED_BY_COMPOSE.map((mistake) => ({
      production: false,
      mistake: { file: 'compose.yml', ...mistake },
    })),
  )
  for (const [index, { old, new: made }] of REFUSED_BY_COMPOSE.entries()) {
    assert.ok(SYSTEMS[0]!.read('compose.yml').includes(old), `compose.yml does not have ${old}`)
    assert.ok('error' in systems[index]!, `${made} was accepted`)
  }
})

test('docmgr accepts the environment of each of its containers, with the same addresses in both files', () => {
  const addresses = SYSTEMS.map(({ services }) => services.filter(isDocmgr).flatMap(addressesOf))
  // Only production has users.
  const inBoth = addresses[1]!.filter((address) => !address.startsWith('access: '))
  assert.deepEqual(addresses[0], inBoth)

  function addressesOf(service: (typeof SYSTEMS)[0]['services'][0]): string[] {
    const role = /--role=(\S+)/.exec(service.command?.join(' ') ?? '')?.[1]
    const environment = Object.fromEntries(
      Object.entries({ ...IMAGE_ENVIRONMENT, ...environmentOf(service) }).map(([name, value]) => [
        name,
        value.replace('/run/secrets', SECRETS),
      ]),
    )
    const found = configurationOf(environment, role === undefined ? [] : ['--set', `roles=${role}`])
    assert.ok('settings' in found, `${service.name}: ${'problem' in found ? found.problem : ''}`)
    return [...found.settings.values()]
      .filter(({ key, value }) => /(^|\.)(u|directU)rl$/.test(key) && typeof value === 'string')
      .map(({ key, value }) => `${service.name}: ${key} = ${withoutPassword(String(value))}`)
  }
})

test('each URL of docker/secrets logs in as its user, with the password that the server has', () => {
  const superusers: Record<string, string> = {
    elasticsearch_admin: 'elastic elastic_password',
    kafka_admin: 'admin kafka_admin_password',
  }
  const secretOf = (name: string): string => readFileSync(join(SECRETS, name), 'utf8')
  const found = readdirSync(SECRETS).map((file) => /^((?:kafka|elasticsearch|redis)_(\w+))_url$/.exec(file))
  const logins = found.filter((match) => match !== null)
  assert.equal(logins.length, 14)
  for (const [file, login, user] of logins) {
    const [name, password] = (superusers[login!] ?? `${user} ${login}_password`).split(' ')
    assert.ok(secretOf(file).includes(`//${name}:${secretOf(password!)}@`), file)
  }
})

const withoutPassword = (url: string): string => url.replace(/[^/@]*@/, '').replace(/\?.*/, '')
