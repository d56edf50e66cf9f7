import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { runCli } from '../testing/cli.ts'

const COMMANDS = [
  ...['serve', 'migrate', 'reindex', 'seed', 'import', 'search', 'tail'],
  ...['create', 'list', 'get', 'download', 'status', 'sign', 'history', 'share', 'delete'],
  ...['token', 'config', 'roles', 'doctor', 'cdc', 'dead-letters', 'verify', 'gc', 'erase', 'completion'],
]

test('help lists every command and the exit codes', async () => {
  const { code, stdout } = await runCli(['--help'])
  assert.equal(code, 0)
  for (const command of COMMANDS) assert.match(stdout, new RegExp(`^  ${command}[ |]`, 'm'))
  assert.match(stdout, /^ {2}3 +done, but/m)
})

test('the help of every command has an example', async () => {
  for (const command of COMMANDS) {
    const { code, stdout } = await runCli([command, '--help'])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`Example:\\n  \\$ .*docmgr ${command}`), command)
  }
})

test('an unknown command or option is refused with a suggestion', async () => {
  const command = await runCli(['serv'])
  assert.equal(command.code, 2)
  assert.match(command.stderr, /unknown command 'serv'\n\(Did you mean serve\?\)/)
  const option = await runCli(['search', 'x', '--sise=3'])
  assert.equal(option.code, 2)
  assert.match(option.stderr, /unknown option '--sise=3'\n\(Did you mean --size\?\)|Did you mean --size/)
})

test('invalid values are refused with what is allowed', async () => {
  const cases: [string[], RegExp][] = [
    [['seed', '--count', 'many'], /--count many: must be a whole number from 1 to/],
    [['search', 'x', '--status', 'lost'], /Allowed choices are created, sent/],
    [['tail', 'x', '--until', 'document.sined'], /Allowed choices are document.created, .*document.signed/],
    [['search', '--lease'], /unknown option '--lease'[^]*docmgr search -- '-status:sent rent'/],
    [['search', 'x', '--url', 'localhost'], /--url localhost: must be the URL of a service/],
    [['config', '--set', 'listen.http'], /must be KEY=VALUE/],
    [['token', '--user-id', 'a', '--email', 'b'], /must be an e-mail address/],
    [['serve', '--port', '70000'], /listen\.http = 70000 \(from --port\): must be a port/],
    [['serve', '--role', 'documents'], /roles = \["documents"\] \(from --role\): must be one of document/],
  ]
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await runCli(args)
    assert.match(stderr, message)
    assert.equal(code, 2, args.join(' '))
    assert.equal(stdout, '')
  }
})

test('without a command, help goes to standard error', async () => {
  const { code, stdout, stderr } = await runCli([])
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /^Usage: docmgr/)
})

test('the version is that of the package', async () => {
  const { stdout } = await runCli(['--version'])
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
})

test('bash completes commands, options and values', async () => {
  const { stdout: script } = await runCli(['completion', 'bash'])
  const complete = async (...words: string[]): Promise<string[]> => {
    const line = words.map((word) => `'${word}'`).join(' ')
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; ${words[0] === 'npx' ? '_docmgr_npx' : '_docmgr'}; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ])
    return stdout.split('\n').filter((word) => word !== '')
  }
  assert.deepEqual(await complete('docmgr', 'se'), ['serve', 'seed', 'search'])
  assert.deepEqual(await complete('docmgr', 'serve', '--ro'), ['--role'])
  assert.deepEqual(await complete('docmgr', 'serve', '--role', 'si'), ['signature'])
  assert.deepEqual(await complete('docmgr', 'serve', '--role', '=', 'a'), ['all'])
  assert.deepEqual(await complete('docmgr', 'completion', ''), ['bash', 'zsh', 'fish'])
  assert.deepEqual(await complete('npx', 'docmgr', 'se'), ['serve', 'seed', 'search'])
  assert.deepEqual(await complete('npx', 'docmgr', 'serve', '--role', 'si'), ['signature'])
  assert.deepEqual(await complete('npx', 'other', 'se'), [])
  assert.deepEqual(await complete('npx', 'doc'), ['docmgr'])
})

test('every shell gets a script that knows every command', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await runCli(['completion', shell])
    assert.equal(code, 0)
    for (const command of COMMANDS) assert.ok(stdout.includes(command), `${shell}: ${command}`)
  }
})
