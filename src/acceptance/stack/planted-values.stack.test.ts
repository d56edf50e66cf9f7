/** The same as in planted-values.test.ts, with each role in a process of its own, and the logs of the servers too. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTopology } from '../../testing/topology.ts'
import { assertAbsent, assertNotRevealed, plantedSecret, plantValues } from '../planted-values.ts'

test('no secret and no personal value is in a log of a role or a server', async (t) => {
  const authSecret = plantedSecret()
  const env = { DOCMGR_AUTH_MODE: 'required', DOCMGR_AUTH_SECRET: authSecret, DOCMGR_LOG_LEVEL: 'trace' }
  const topology = await startTopology({ document: 1, signature: 1, search: 1, ws: 1, indexer: 1 }, { env })
  t.after(() => topology.stop())
  const { secrets, personal, errors, messages } = await plantValues(topology.urls, authSecret, (...args) =>
    topology.cli(...args),
  )
  const logs = { ...(await readServerLogs()), roles: topology.output() }
  assertAbsent({ authSecret, ...secrets, ...personal }, logs)
  assertAbsent({ authSecret, ...secrets }, { errors: errors.map(({ text }) => text).join('\n'), messages })
  assertNotRevealed(personal, errors)
})

/** What the servers have written so far, by server. */
async function readServerLogs(): Promise<Record<string, string>> {
  const folder = join(process.env['STACK_DATA']!, 'logs')
  const names = (await readdir(folder)).filter(
    (name) => name.endsWith('.log') && !name.startsWith('install-'),
  )
  const logs = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]),
  )
  return Object.fromEntries(logs.filter(([, text]) => text !== ''))
}
