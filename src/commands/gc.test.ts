import assert from 'node:assert/strict'
import { readdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openBlobs } from '../ports/blobs/open.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { runCli } from '../testing/cli.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const data = await newDataFolder()
TEST_FILE.after(() => rm(data, { recursive: true }))
const service = await startServiceProcess(data)
TEST_FILE.after(() => service.stop())
const blobs = await openBlobs('file:', { folder: join(data, 'blobs'), log: silentLogger })
TEST_FILE.after(() => blobs.stop())
const newId = createUuidV7()

/** Makes every object look two days old. */
async function age(): Promise<void> {
  const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000)
  for (const entry of await readdir(join(data, 'blobs'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), twoDaysAgo, twoDaysAgo)
}

test('gc removes old objects that no row names, beside a service, and nothing else', async () => {
  const body = { title: 'Dunlin', content: 'kept', created_by: 'ada@example.com' }
  const headers = { 'content-type': 'application/json' }
  const options = { method: 'POST', headers, body: JSON.stringify(body) }
  const { id } = (await (await fetch(`${service.urls.http}/documents`, options)).json()) as { id: string }
  const plain = { contentType: 'text/plain', maxBytes: 100 }
  const [old, young] = [`${newId()}/content`, `${newId()}/content`]
  await blobs.put('documents', old, Buffer.from('old'), plain)
  await age()
  await blobs.put('documents', young, Buffer.from('young'), plain)

  const gc = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(['gc', '--json', ...args, '--data', data])
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as { count: number; objects: { key: string }[] }
  }
  const planned = await gc('--dry-run')
  assert.deepEqual([planned.count, planned.objects[0]!.key], [1, old])
  assert.equal(await blobs.size('documents', old), 3)
  assert.equal((await gc()).count, 1)
  assert.equal(await blobs.size('documents', old), undefined)
  assert.equal(await blobs.size('documents', young), 5)
  assert.equal(await blobs.size('documents', `${id}/content`), 4)
  assert.equal((await gc()).count, 0)
})

test('commands that remove what no row names refuse an embedded database beside data of others', async () => {
  const settings = [
    ['DOCMGR_BLOBS_URL', 's3:http://127.0.0.1:9'],
    ['DOCMGR_SEARCH_URL', 'elasticsearch:http://127.0.0.1:9'],
    ['DOCMGR_CHANGES_URL', 'kafka://127.0.0.1:9'],
  ] as const
  const commands = [['gc'], ['verify', '--repair'], ['dead-letters', 'retry', '--all']]
  for (const [number, [name, url]] of settings.entries()) {
    const { code, stderr } = await runCli([...commands[number]!, '--data', data], { env: { [name]: url } })
    assert.equal(code, 2, stderr)
    assert.match(stderr, /database\.url = "embedded:".*set database\.url to postgres:/s)
  }
})

test('a grace time that is shorter than an upload may take is refused', async () => {
  const { code, stderr } = await runCli(['gc', '--grace', '5', '--data', data])
  assert.equal(code, 2)
  assert.match(stderr, /--grace 5: must be a whole number from 60 to/)
})
