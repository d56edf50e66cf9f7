/** The commands that call a service, through the gateway, from a machine that knows only its URL. */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startCli } from '../../testing/cli.ts'
import { eventually } from '../../testing/deadline.ts'
import { startTopology } from '../../testing/topology.ts'
import { createDocument, sendJson, sign, uniqueWord } from '../requests.ts'

test('seed, import, search and tail work through the gateway, and doctor recognises it', async (t) => {
  const topology = await startTopology({ document: 1, signature: 2, search: 1, ws: 2, indexer: 1 })
  t.after(() => topology.stop())
  const { http } = topology.urls
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await topology.cli(...args, '--url', http)
    assert.equal(code, 0, stderr)
    return stdout
  }
  const find = async (query: string): Promise<{ title: string }[]> =>
    JSON.parse(await run('search', query, '--json')).documents

  const seeded = { documents: 250, already: 0 }
  const seed = async () => {
    const { documents, already } = JSON.parse(await run('seed', '--count', '250', '--json'))
    return { documents, already }
  }
  assert.deepEqual(await seed(), seeded)
  assert.deepEqual(await seed(), { documents: 0, already: 250 })

  const [word, folder] = [uniqueWord(), join(topology.names.folder, 'files')]
  await mkdir(folder)
  await writeFile(join(folder, 'heron.txt'), `A ${word} waits by the river.`)
  assert.match(await run('import', folder), /^1 imported/)
  const isFound = async (): Promise<boolean> => (await find(word))[0]?.title === 'heron.txt'
  await eventually('the text of the file to be found', isFound, 30_000)

  const port = new URL(http).port
  const free = ['document', 'signature', 'search', 'ws', 'grpc'].flatMap((name) => [
    '--set',
    `listen.${name}=0`,
  ])
  const doctor = await topology.cli('doctor', '--json', '--set', `listen.http=${port}`, ...free)
  const { findings } = JSON.parse(doctor.stdout) as {
    findings: { name: string; state: string; detail: string }[]
  }
  const { state, detail } = findings.find(({ name }) => name === 'ports')!
  assert.deepEqual({ state, detail }, { state: 'ok', detail: `docmgr answers on listen.http = ${port}` })

  const { id } = await createDocument(http)
  // Without the settings of the servers: only the URL is known.
  const tail = startCli(['tail', id, '--until', 'document.signed', '--json'], { env: { DOCMGR_URL: http } })
  await tail.says(`Following ${id}`)
  assert.equal((await sendJson('PATCH', `${http}/documents/${id}`, { title: 'Lease' })).status, 200)
  assert.equal((await sign(http, id)).status, 201)
  const { code, stdout, stderr } = await tail.ended
  assert.equal(code, 0, stderr)
  const types = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type)
  assert.deepEqual(types.filter((type) => type !== 'document.created').toSorted(), [
    'document.signed',
    'document.updated',
    'signature.added',
  ])
})
