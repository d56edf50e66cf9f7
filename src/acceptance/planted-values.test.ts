/** What people write, and what proves who they are, appears where it is asked for and nowhere else. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { startSpanReceiver } from '../testing/span-receiver.ts'
import { withDatabase } from '../testing/service-database.ts'
import {
  assertAbsent,
  assertNotRevealed,
  damageContents,
  plantedSecret,
  plantValues,
} from './planted-values.ts'
import type { Planted } from './recorded-requests.ts'
import { send } from './requests.ts'

test('no secret and no personal value of a run is in a log, and none that is not asked for in an error or event', async (t) => {
  const data = await newDataFolder()
  const secrets: Planted = { 'auth.secret': plantedSecret(), 'cache.viewerSecret': plantedSecret() }
  const receiver = await startSpanReceiver(t)
  const env = {
    DOCMGR_TRACING_URL: receiver.url,
    DOCMGR_AUTH_MODE: 'required',
    DOCMGR_AUTH_SECRET: secrets['auth.secret']!,
    DOCMGR_CACHE_VIEWER_SECRET: secrets['cache.viewerSecret']!,
    DOCMGR_LOG_LEVEL: 'trace',
  }
  const service = await startServiceProcess(data, env)
  t.after(async () => {
    await service.stop()
    await rm(data, { recursive: true, force: true })
  })
  const runCommand = (...args: string[]) =>
    runCli([...args, '--data', data], {
      env: { ...env, DOCMGR_LISTEN_HTTP: new URL(service.urls.http).port },
    })
  const run = await plantValues(service.urls, secrets['auth.secret']!, runCommand)
  Object.assign(secrets, run.secrets)
  await damageContents(join(data, 'blobs'))
  await withDatabase(data, (client) => client.query(`UPDATE blobs.objects SET bytes = 'something else'`))
  await readAll(service.urls.http, secrets['token']!)
  await withDatabase(data, (client) =>
    client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()'),
  )
  await readAll(service.urls.http, secrets['token']!)
  const [metrics, ready] = await Promise.all(
    ['metrics', 'health/ready'].map(async (path) =>
      String((await send(`${service.urls.http}/${path}`)).body),
    ),
  )
  const commands = await Promise.all(
    [['doctor', '--json'], ['config'], ['config', '--json']].map((args) => runCommand(...args)),
  )
  const printed = commands.map(({ stdout, stderr }) => stdout + stderr).join('\n')
  // It has the address of whom a key acts for.
  assertAbsent(secrets, { 'the list of keys': (await runCommand('keys', 'list')).stdout })
  await service.stop()

  const places = { log: service.log(), metrics, ready, commands: printed, traces: receiver.raw() }
  assertAbsent({ ...secrets, ...run.personal }, places)
  const { 'claimed address': address, 'signature image': image } = run.personal
  assertAbsent({ ...secrets, address: address!, image: image! }, { messages: run.messages })
  assertAbsent(secrets, { errors: run.errors.map(({ text }) => text).join('\n') })
  assertNotRevealed(run.personal, run.errors)
})

async function readAll(base: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const { body } = await send<{ id: string }[]>(`${base}/documents`, { headers })
  for (const { id } of Array.isArray(body) ? body : [])
    await send(`${base}/documents/${id}/content`, { headers }).catch(() => {})
}
