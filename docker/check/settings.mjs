// Whether docmgr takes what its containers are started with: `docmgr config` in the environment of each, with the
// image's own variables, and in production with secrets as docker/secrets makes them.
//
//   node docker/check/settings.mjs CLI SECRETS <ENVIRONMENTS.json
//
// ENVIRONMENTS.json is what `docker/check/compose ROOT --environments` prints.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const [cli, secrets] = process.argv.slice(2)
const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8').replace(/^#.*/gm, '')
const ofImage = Object.fromEntries(
  [...dockerfile.matchAll(/(DOCMGR_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
)
const files = JSON.parse(readFileSync(0, 'utf8'))

const problems = []
const addresses = {}
let count = 0
for (const [file, services] of Object.entries(files)) {
  for (const [name, { command, environment }] of Object.entries(services)) {
    const settings = settingsOf(`${file}, ${name}`, command, environment)
    for (const { key, value } of settings.filter(({ key }) => /(^|\.)(u|directU)rl$/.test(key))) {
      const address = value === null ? null : value.replace(/[^/@]*@/, '').replace(/\?.*/, '')
      const before = (addresses[`${name}: ${key}`] ??= address)
      if (before !== address)
        problems.push(`${name}: ${key} is ${before} in one file and ${address} in the other`)
    }
    count++
  }
}
for (const problem of problems) console.error(problem)
console.log(`docmgr takes the settings of ${count} containers`)
process.exitCode = problems.length === 0 ? 0 : 1

function settingsOf(where, command, environment) {
  const role = /--role=(\S+)/.exec(command?.join(' '))?.[1]
  const env = { PATH: process.env.PATH, ...ofImage, ...environment }
  for (const name of Object.keys(env)) env[name] = env[name].replace('/run/secrets', secrets)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, 'config', '--json', ...(role ? ['--set', `roles=${role}`] : [])],
    { env, cwd: '/', encoding: 'utf8' },
  )
  if (status === 0) return JSON.parse(stdout).settings
  problems.push(`${where}: ${stderr.trim()}`)
  return []
}
