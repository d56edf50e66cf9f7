import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from './runtime/package-root.ts'
import { runCli } from './testing/cli.ts'

const root = packageRoot()
const readme = readFileSync(join(root, 'README.md'), 'utf8')

test("README's table of settings is the one that `docmgr config --markdown` prints", async () => {
  const { stdout } = await runCli(['config', '--markdown'])
  assert.ok(stdout.includes('| `listen.http` |'))
  assert.ok(readme.includes(stdout.trim()), 'put the output of `npx docmgr config --markdown` into README.md')
})

test('README names every command', async () => {
  const { stdout } = await runCli(['--help'])
  const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]*) /gm)]
    .map(([, name]) => name!)
    .filter((name) => name !== 'help')
  assert.ok(commands.length > 8)
  assert.deepEqual(
    commands.filter((name) => !new RegExp(`\`${name}\\b`).test(readme)),
    [],
  )
})

test('the links between the documents lead somewhere', () => {
  for (const file of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md']) {
    const links = [...readFileSync(join(root, file), 'utf8').matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map(
      ([, path]) => path!,
    )
    for (const link of links) assert.ok(existsSync(join(root, link)), `${file} links to ${link}`)
  }
})
