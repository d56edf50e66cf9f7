import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from './runtime/package-root.ts'
import { runCli } from './testing/cli.ts'
import { startServiceProcess } from './testing/service-process.ts'
import { TEST_FILE } from './testing/test-file.ts'

const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8')
const folder = await mkdtemp(join(tmpdir(), 'docmgr-readme-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))
const service = await startServiceProcess(join(folder, '.docmgr'))
TEST_FILE.after(() => service.stop())

/** The commands of the example under a heading, as they stand there. */
function commandsOf(heading: string): string[][] {
  const section = readme.slice(readme.indexOf(`\n### ${heading}\n`))
  const example = /```sh\n([^]*?)```/.exec(section)![1]!
  const lines = example.trim().split('\n')
  return lines.map((line) => line.replace(/ +#.*$/, '').split(' '))
}

for (const heading of ['Backup', 'Upgrades']) {
  test(`the commands of README's screen "${heading}" work beside a service`, async () => {
    const commands = commandsOf(heading)
    assert.ok(commands.length >= 3)
    for (const [npx, docmgr, ...args] of commands) {
      assert.deepEqual([npx, docmgr], ['npx', 'docmgr'])
      const { code, stdout, stderr } = await runCli(args, { cwd: folder })
      assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`)
    }
  })
}

test('the examples leave what they name, and nothing else', async () => {
  assert.deepEqual((await readdir(folder)).sort(), ['.docmgr', 'before.tar.gz', 'docmgr.tar.gz', 'restored'])
})
