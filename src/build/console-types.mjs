// Writes the types of the REST interface that the console is compiled with, from what the built program serves:
//
//   npm run console:types
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import openapiTypescript, { astToString } from 'openapi-typescript'
import { format } from 'prettier'
import prettierOptions from '../../.prettierrc.json' with { type: 'json' }

const OUT = 'src/console/api/schema.ts'
const HEAD = '// Written by `npm run console:types`.\n'

const data = mkdtempSync(join(tmpdir(), 'docmgr-types-'))
const ports = ['DOCUMENT', 'SIGNATURE', 'SEARCH', 'WS', 'GRPC'].map((name) => [`DOCMGR_LISTEN_${name}`, '0'])
const service = spawn(process.execPath, ['dist/cli.js', 'serve', '--json', '--port=0', `--data=${data}`], {
  env: { ...process.env, ...Object.fromEntries(ports) },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const exited = once(service, 'exit')
try {
  const ended = exited.then(([code]) => Promise.reject(new Error(`docmgr ended with ${code}`)))
  const [line] = await Promise.race([once(createInterface(service.stdout), 'line'), ended])
  const response = await fetch(`${JSON.parse(line).urls.http}/openapi.json`)
  const text = astToString(await openapiTypescript(await response.json()))
  writeFileSync(OUT, await format(HEAD + text, { ...prettierOptions, parser: 'typescript' }))
} finally {
  service.kill()
  await exited
  rmSync(data, { recursive: true, force: true })
}
