import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const data = await newDataFolder()
TEST_FILE.after(() => rm(data, { recursive: true }))
const service = await startServiceProcess(data, { DOCMGR_AUTH_MODE: 'required' })
TEST_FILE.after(() => service.stop())

const docmgr = (...args: string[]) => runCli([...args, '--data', data])

async function json(...args: string[]) {
  const { code, stdout, stderr } = await docmgr(...args, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

const statusWith = async (key: string): Promise<number> =>
  (await fetch(`${service.urls.http}/documents`, { headers: { authorization: `Bearer ${key}` } })).status

test('a key that a command creates is accepted at once, listed with its use, and refused after it was revoked', async () => {
  const created = await docmgr('keys', 'create', 'ci', '--email', 'ci@example.com', '--scope', 'read')
  assert.equal(created.code, 0, created.stderr)
  const key = created.stdout.trim()
  assert.match(key, /^dk_\w+$/)
  assert.doesNotMatch(created.stderr, new RegExp(key))
  assert.equal(await statusWith(key), 200)

  const [listed] = (await json('keys', 'list')).keys
  assert.deepEqual([listed.name, listed.email, listed.scopes], ['ci', 'ci@example.com', ['read']])
  assert.notEqual(listed.last_used_at, null)
  assert.equal(JSON.stringify(listed).includes(key.slice(-38)), false)

  assert.equal((await docmgr('keys', 'revoke', listed.id)).code, 0)
  await eventually('the key to be refused', async () => (await statusWith(key)) === 401, 35_000)
  assert.match((await docmgr('keys', 'revoke', 'unknown')).stderr, /there is no key unknown/)
})

test('people are added, changed, disabled and enabled by their address', async () => {
  assert.equal((await json('people', 'add', 'ada@example.com', '--name', 'Ada', '--admin')).admin, true)
  assert.match((await docmgr('people', 'add', 'Ada@example.com')).stderr, /is known already/)
  const [edited] = (await json('people', 'edit', 'ADA@example.com', '--no-admin')).people
  assert.deepEqual([edited.email, edited.name, edited.admin], ['ada@example.com', 'Ada', false])
  await json('people', 'disable', 'ada@example.com')
  assert.match((await docmgr('people', 'list')).stdout, /ada@example\.com\tAda\tuser\tdisabled/)
  assert.match((await docmgr('keys', 'create', 'x', '--email', 'ada@example.com')).stderr, /is disabled/)
  await json('people', 'enable', 'ada@example.com')
  assert.match((await docmgr('people', 'disable', 'eve@example.com')).stderr, /nobody is known by eve/)
})

test('who is erased is in no history any more, and verify finds nothing wrong', async () => {
  const key = (await docmgr('keys', 'create', 'eve', '--email', 'Eve@example.com')).stdout.trim()
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ title: 'Lease', content: 'x' })
  const created = await fetch(`${service.urls.http}/documents`, { method: 'POST', headers, body })
  const { id } = (await created.json()) as { id: string }
  assert.equal(created.status, 201)

  const asked = await docmgr('erase', 'eve@example.com')
  assert.deepEqual([asked.code, asked.stderr.includes('--yes is required')], [2, true], asked.stderr)
  const erased = await json('erase', 'EVE@example.com', '--yes')
  assert.deepEqual([erased.email, erased.documents], ['eve@example.com', 1])
  assert.match((await docmgr('erase', 'eve@example.com', '--yes')).stderr, /No history says anything of eve@/)
  const [last, ...others] = await json('history', id).then((entries) => entries.reverse())
  assert.equal(last.action, 'history.erased')
  assert.doesNotMatch(JSON.stringify(others), /eve@/i)
  assert.deepEqual(others.at(-1).erased.includes('actor'), true)
  const verified = await docmgr('verify')
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
})

test('wrong arguments say which one, and what would be right', async () => {
  const cases: [args: string[], message: RegExp][] = [
    [['keys', 'create', '--email', 'a@example.com'], /give the key a name/],
    [['keys', 'create', 'x'], /--email: must be an e-mail address/],
    [
      ['keys', 'create', 'x', '--email', 'a@example.com', '--scope', 'reed'],
      /--scope reed: must be some of read/,
    ],
    [
      ['keys', 'create', 'x', '--email', 'a@example.com', '--expires', 'soon'],
      /--expires soon: must be days/,
    ],
    [['keys', 'list', 'x'], /list: takes no argument/],
    [['erase', 'eve'], /erase eve: must be an e-mail address/],
    [['people', 'add', 'ada'], /add ada: must be an e-mail address/],
    [['people', 'edit', 'ada@example.com'], /give --name, --admin, --auditor, /],
  ]
  for (const [args, message] of cases) {
    const { code, stderr } = await docmgr(...args)
    assert.equal(code, 2)
    assert.match(stderr, message)
  }
})
