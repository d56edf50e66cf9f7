import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Client } from 'pg'
import { builtProgram, runCli } from '../testing/cli.ts'
import { eventually } from '../testing/deadline.ts'
import { type ServiceProcess, startServiceProcess } from '../testing/service-process.ts'
import { type SmallDisk, smallDisk } from '../testing/small-disk.ts'

interface Answer {
  status: number
  body: { id: string; version: number; detail: string; checks: Record<string, string> }
}

async function send(method: string, url: string, body?: object): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}

/** docmgr with its data on a disk of 220 MiB, of which a new data folder takes about 40. */
async function startOnSmallDisk(t: TestContext) {
  const disk = await smallDisk(t, 220)
  const data = join(disk.path, 'data')
  const program = { ...builtProgram(), starter: disk.command }
  const start = async (): Promise<ServiceProcess> => {
    const service = await startServiceProcess(data, { DOCMGR_LOG_LEVEL: 'warn' }, program)
    t.after(() => service.stop())
    return service
  }
  return { disk, data, program, start, service: await start() }
}

const document = { title: 'Lease', content: 'The rent is due.', created_by: 'ada@example.com' }

/** Runs a statement as another program on the database would. */
async function execute({ outside }: SmallDisk, statement: string): Promise<void> {
  const folder = join(outside, 'data', 'postgres')
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim()
  const client = new Client({
    ...{ host: join(folder, 'run'), port: 5432, user: 'docmgr', password, database: 'docmgr' },
  })
  client.on('error', () => {})
  await client.connect()
  await client.query(statement).finally(() => client.end().catch(() => {}))
}

/** Less than docmgr keeps free for what is under way. */
const LITTLE = 16 * 1024 * 1024
const FULL = /is full; try again when space has been freed/

/** Readiness and each kind of change say that the disk is full, and a document can be read. */
async function assertFull(base: string, id: string): Promise<void> {
  await eventually('readiness to fail', async () => {
    const { status, body } = await send('GET', `${base}/health/ready`)
    // Each asks for itself, and keeps the answer for a second.
    return status === 503 && ['database', 'blobs'].every((check) => FULL.test(body.checks[check]!))
  })
  const signature = { document_id: id, signer_email: 'bob@example.com', signer_name: 'Bob' }
  const changes: Parameters<typeof send>[] = [
    ['POST', `${base}/documents`, document],
    ['PATCH', `${base}/documents/${id}`, { title: 'Lease' }],
    ['POST', `${base}/signatures`, signature],
  ]
  for (const change of changes) {
    const { body } = await eventually(`${change[0]} to be refused`, async () => {
      const answer = await send(...change)
      return answer.status === 503 && answer
    })
    assert.match(body.detail, FULL)
  }
  assert.equal((await send('GET', `${base}/documents/${id}`)).status, 200)
}

test('a full disk: readiness and every change say so, reads and deletions work, and all works once space is freed', async (t) => {
  const { disk, service } = await startOnSmallDisk(t)
  const base = service.urls.http
  const { id } = (await send('POST', `${base}/documents`, document)).body
  const [other, another] = [
    (await send('POST', `${base}/documents`, document)).body.id,
    (await send('POST', `${base}/documents`, document)).body.id,
  ]
  await disk.fill(LITTLE)
  await assertFull(base, id)
  assert.equal((await send('DELETE', `${base}/documents/${other}`)).status, 204)

  // Where nothing at all is left, a deletion can need a page for its entry in the history.
  await disk.fill()
  await assertFull(base, id)
  const deletion = await send('DELETE', `${base}/documents/${another}`)
  if (deletion.status !== 204) assert.match(`${deletion.status} ${deletion.body.detail}`, /^503 .* is full/)

  await disk.free()
  await eventually('readiness', async () => (await send('GET', `${base}/health/ready`)).status === 200)
  assert.equal((await send('POST', `${base}/documents`, document)).status, 201)
  const changed = await send('PATCH', `${base}/documents/${id}`, { title: 'Found again' })
  assert.equal(changed.body.version, 2)
  await eventually('the change to be searchable', async () => {
    const { body } = await send('GET', `${base}/search?q=found`)
    return (body as unknown as { total: number }).total === 1
  })
})

test('the change feed survives a full disk, and logs its failure once', async (t) => {
  const { disk, service } = await startOnSmallDisk(t)
  const { id } = (await send('POST', `${service.urls.http}/documents`, document)).body
  await disk.fill()
  let last = ''
  await eventually(
    'the change feed to fail by the disk',
    async () => {
      // Decoding writes a file of its own for each snapshot that PostgreSQL logs, which it does after other records.
      await execute(disk, `select pg_logical_emit_message(false, 'test', '')`)
      const { body } = await send('GET', `${service.urls.http}/health/ready`)
      // For a moment it only says that it reconnects.
      last = body.checks['changes']!
      return /No space left/.test(last)
    },
    60_000,
  ).catch((error: Error) => assert.fail(`${error.message}: ${last}`))
  await disk.free()
  await eventually('the feed', async () => {
    const { body } = await send('GET', `${service.urls.http}/health/ready`)
    return body.checks['changes'] === 'ok'
  })
  assert.equal(service.log().match(/the change feed lost PostgreSQL/g)?.length, 1)
  assert.equal((await send('GET', `${service.urls.http}/documents/${id}`)).status, 200)
})

test('when the log of the database cannot be written any more, the end and the next start say what to do, and nothing acknowledged is lost', async (t) => {
  const { disk, data, program, start, service } = await startOnSmallDisk(t)
  const { id } = (await send('POST', `${service.urls.http}/documents`, document)).body
  await disk.fill()
  // PostgreSQL needs a new file for its log then, and ends when it cannot create it.
  await execute(disk, 'select pg_switch_wal()').catch(() => {})
  await execute(disk, `select pg_logical_emit_message(true, 'test', 'more')`).catch(() => {})
  const { code, stderr } = await service.exited
  assert.equal(code, 1)
  assert.match(stderr, /the disk is full: free some space and start docmgr again/)

  const again = await runCli(['serve', '--data', data, '--port', '0'], { program })
  assert.equal(again.code, 1)
  assert.match(again.stderr, /the disk is full: free some space/)

  await disk.free()
  const { urls } = await start()
  assert.equal((await send('GET', `${urls.http}/documents/${id}`)).status, 200)
  assert.equal((await send('POST', `${urls.http}/documents`, document)).status, 201)
})
