import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { killAllBut, useEmbeddedServers } from '../testing/embedded-servers.ts'

const { newFolder, startSupervisor, start } = useEmbeddedServers()

test('doctor names a PostgreSQL that no docmgr uses, and what to do, until the next start', async () => {
  const folder = await newFolder()
  const supervisor = await startSupervisor(folder)
  await killAllBut(supervisor)
  const doctor = (): ReturnType<typeof runCli> =>
    runCli(['doctor', '--data', dirname(folder), '--set', 'listen.http=0'])
  const found = await doctor()
  assert.equal(found.code, 3)
  assert.match(
    found.stdout,
    new RegExp(
      `✗ embedded PostgreSQL: process ${supervisor.pid} still runs on ${folder}, although no docmgr uses it\n` +
        `    → start docmgr, which stops it first, or stop it with \`kill -INT ${supervisor.pid}\``,
    ),
  )
  await (await start(folder)).stop()
  assert.match((await doctor()).stdout, /✓ embedded PostgreSQL: /)
})
