// Checks the interface from outside, in both modes: the OpenAPI description with redocly's recommended rules, a Python and
// a TypeScript client that are generated from it, and schemathesis. .ci/interface installs what this needs and sets:
//
//   INTERFACE_TOOLS   a folder with venv, node_modules, and room for what is generated
//   FUZZ_SECONDS      how long schemathesis runs in each mode
//   FUZZ_SEED         the seed of its cases
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'

const tools = process.env.INTERFACE_TOOLS
const { FUZZ_SECONDS: seconds, FUZZ_SEED: seed } = process.env
const here = import.meta.dirname
const FREE = Object.fromEntries(
  ['HTTP', 'DOCUMENT', 'SIGNATURE', 'SEARCH', 'WS', 'GRPC'].map((name) => [`DOCMGR_LISTEN_${name}`, '0']),
)
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DOCMGR_'))),
  PATH: `${tools}/venv/bin:${process.env.PATH}`,
  REDOCLY_TELEMETRY: 'off',
  SCHEMATHESIS_HOOKS: join(here, 'schemathesis_hooks.py'),
}

/** Runs a program to its end. @returns its output @throws with the output where it fails or takes too long */
async function run(command, args, options = {}) {
  const timeout = (Number(seconds) + 300) * 1_000
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, timeout, ...options })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const [code] = await once(child, 'close')
  assert.equal(code, 0, `${command} ${args.join(' ')}: ${output.slice(-20_000)}`)
  return output
}

/** Starts docmgr in a folder of its own, on free ports. */
async function start(mode) {
  const data = await mkdtemp(join(tmpdir(), 'docmgr-interface-'))
  const settings = { ...env, ...FREE, DOCMGR_AUTH_MODE: mode, DOCMGR_LOG_LEVEL: 'error' }
  const child = spawn(process.execPath, ['dist/cli.js', 'serve', '--json', '--data', data], {
    env: settings,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  after(async () => {
    child.kill()
    if (child.exitCode === null) await once(child, 'exit')
    await rm(data, { recursive: true, force: true })
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const { urls } = JSON.parse(line)
  const who = ['--user-id', 'ada', '--email', 'ada@example.com', '--admin', '--lifetime', '3600']
  const token =
    mode === 'required'
      ? (await run(process.execPath, ['dist/cli.js', 'token', '--data', data, ...who])).trim()
      : undefined
  const folder = join(tools, mode)
  await mkdir(folder, { recursive: true })
  const description = join(folder, 'openapi.json')
  await writeFile(description, await (await fetch(`${urls.http}/openapi.json`)).text())
  return { mode, urls, token, folder, description, credentials: token === undefined ? [] : [token] }
}

const services = await Promise.all(['open', 'required'].map(start))

/** What only redirects a browser has no response 2XX, which the recommended rules want of every operation. */
const REDIRECTS = ['login', 'callback'].map((name) => `#/paths/~1auth~1oidc~1${name}/get/responses`)
await writeFile(
  join(tools, '.redocly.lint-ignore.yaml'),
  JSON.stringify(
    Object.fromEntries(
      services.flatMap(({ mode }) =>
        ['http', 'document'].map((name) => [`${mode}/${name}.json`, { 'operation-2xx-response': REDIRECTS }]),
      ),
    ),
  ),
)

for (const { mode, urls } of services) {
  for (const [name, url] of Object.entries(urls).filter(([name]) => name !== 'grpc')) {
    test(`redocly accepts the description of the port ${name}, mode ${mode}`, async () => {
      const description = join(tools, mode, `${name}.json`)
      await writeFile(description, await (await fetch(`${url}/openapi.json`)).text())
      const output = await run(
        join(tools, 'node_modules/.bin/redocly'),
        ['lint', '--extends', 'recommended', '--format', 'json', description],
        { cwd: tools },
      )
      const { totals, problems } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1))
      assert.deepEqual(
        { errors: totals.errors, warnings: totals.warnings },
        { errors: 0, warnings: 0 },
        problems,
      )
    })
  }
}

for (const { mode, urls, folder, description, credentials } of services) {
  test(`a generated Python client works, mode ${mode}`, async () => {
    await run(
      'openapi-python-client',
      ['generate', '--path', description, '--fail-on-warning', '--overwrite'],
      { cwd: folder },
    )
    const flow = join(here, 'client_flow.py')
    const path = { ...env, PYTHONPATH: join(folder, 'docmgr-client') }
    assert.match(
      await run('python', [flow, urls.http, ...credentials], { env: path }),
      /the Python client works/,
    )
  })

  test(`a generated TypeScript client passes the compiler and works, mode ${mode}`, async () => {
    const bin = join(tools, 'node_modules/.bin')
    const client = join(folder, 'typescript')
    await mkdir(client, { recursive: true })
    await run(join(bin, 'openapi-typescript'), [description, '-o', join(client, 'api.d.ts')])
    await copyFile(join(here, 'client-flow.ts'), join(client, 'client-flow.ts'))
    await writeFile(join(client, 'package.json'), '{"type":"module"}')
    const options =
      '--strict --target es2022 --module nodenext --moduleResolution nodenext --skipLibCheck --types node'
    await run(join(bin, 'tsc'), [...options.split(' '), 'client-flow.ts'], { cwd: client })
    const output = await run(process.execPath, ['client-flow.js', urls.http, ...credentials], { cwd: client })
    assert.match(output, /the TypeScript client works/)
  })
}

test('schemathesis finds nothing', { concurrency: true }, async (t) => {
  const fuzz = ({ mode, urls, token, folder }) =>
    t.test(`in ${seconds} s with seed ${seed}, mode ${mode}`, async (t) => {
      const args = [
        ...['--config-file', join(here, 'schemathesis.toml'), 'run', `${urls.http}/openapi.json`],
        ...['--seed', seed, '--max-time', seconds, '--continue-on-failure', '--no-color'],
        ...(token === undefined ? [] : ['-H', `Authorization: Bearer ${token}`]),
      ]
      const output = await run('schemathesis', args, { cwd: folder })
      t.diagnostic(/\d+ generated[^\n]*/.exec(output)?.[0] ?? output.slice(-2_000))
    })
  await Promise.all(services.map(fuzz))
})
