import assert from 'node:assert/strict'
import { copyFile, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { type ServiceProcess, startServiceProcess } from '../testing/service-process.ts'

const COUNT = 40
const WARN = { DOCMGR_LOG_LEVEL: 'warn' }

const askJson = async (url: string) =>
  (await fetch(url)).json() as Promise<{ total: number; checks: object; remarks?: object }>

async function isComplete({ urls }: ServiceProcess): Promise<boolean> {
  const { total } = await askJson(`${urls.http}/search?q=-status:none`)
  const { remarks } = await askJson(`${urls.http}/health/ready`)
  return total === COUNT && remarks === undefined
}

test('an index file that is missing, damaged, old or half filled is filled again in the background', async (t) => {
  const data = await newDataFolder()
  t.after(() => rm(data, { recursive: true, force: true }))
  const file = join(data, 'search.db')
  const seeded = await runCli(['seed', '--count', String(COUNT), '--data', data])
  assert.equal(seeded.code, 0, seeded.stderr)
  // As in the data folder of a version that had the index in the database.
  await rm(file)

  const start = async (): Promise<ServiceProcess> => {
    const service = await startServiceProcess(data, WARN)
    t.after(() => service.kill('SIGKILL'))
    return service
  }
  const crashed = await start()
  crashed.kill('SIGKILL')
  await crashed.exited
  let service = await start()
  await eventually('all documents of an old data folder', () => isComplete(service), 20_000)
  await service.stop()
  const said = crashed.log() + service.log()
  assert.match(said, /searches do not find all documents yet .* indexed in the background/)
  assert.match(said, /the search index is complete/)

  service = await start()
  assert.ok(await isComplete(service))
  service.kill('SIGKILL')
  await service.exited
  service = await start()
  assert.ok(await isComplete(service))
  await service.stop()
  assert.doesNotMatch(service.log(), /the search index is complete/)

  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(4_096, 'damage'), 0, 4_096, 0)
  await handle.close()
  service = await start()
  await eventually('all documents after damage', () => isComplete(service), 20_000)
  const verified = await runCli(['verify', '--data', data])
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  await service.stop()

  await rm(file)
  const check = await runCli(['reindex', '--check', '--data', data])
  assert.equal(check.code, 3, check.stdout)
  const reindexed = await runCli(['reindex', '--data', data])
  assert.equal(reindexed.code, 0, reindexed.stderr)
  service = await start()
  assert.ok(await isComplete(service))
  await service.stop()
})

test('an index that was left by the service of another database is not used', async (t) => {
  const data = await newDataFolder()
  // A database of its own: those of newDataFolder() are copies of one.
  const other = await mkdtemp(join(tmpdir(), 'docmgr-test-data-'))
  for (const folder of [data, other]) t.after(() => rm(folder, { recursive: true, force: true }))
  const seeded = await runCli(['seed', '--count', '10', '--data', other])
  assert.equal(seeded.code, 0, seeded.stderr)
  await copyFile(join(other, 'search.db'), join(data, 'search.db'))
  const service = await startServiceProcess(data, WARN)
  t.after(() => service.kill('SIGKILL'))
  assert.equal((await askJson(`${service.urls.http}/search?q=-status:none`)).total, 0)
  await eventually('the index to be filled', async () => {
    const { remarks } = await askJson(`${service.urls.http}/health/ready`)
    return remarks === undefined
  })
  await service.stop()
})
