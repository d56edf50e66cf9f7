import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { debeziumSlot } from '../db/replication-slot.ts'
import { connectorProperties } from './connector-properties.ts'

let folder: string
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'docmgr-cdc-'))))
after(() => rm(folder, { recursive: true }))

const settings = { prefix: 'cdc', slot: 'docmgr_cdc', overrides: {} }

async function file(text: string): Promise<string> {
  const path = join(folder, `${Math.random()}.json`)
  await writeFile(path, text)
  return path
}

test('the connector that comes with the program follows the settings and the table of topics', async () => {
  const properties = await connectorProperties({ ...settings, prefix: 'test-1', slot: 'other_cdc' })
  assert.equal(properties['connector.class'], 'io.debezium.connector.postgresql.PostgresConnector')
  assert.equal(properties['publication.name'], 'docmgr_cdc')
  assert.equal(properties['slot.name'], 'other_cdc')
  assert.equal(properties['database.password'], '${env:DEBEZIUM_PASSWORD}')
  assert.equal(properties['table.include.list'], 'documents.documents,signatures.signatures')
  assert.equal(properties['message.key.columns'], 'signatures.signatures:document_id')
  const route = new RegExp(`^${properties['transforms.route.regex']}$`)
  const to = properties['transforms.route.replacement']!
  const topicOf = (table: string): string => `${properties['topic.prefix']}.${table}`.replace(route, to)
  assert.equal(topicOf('documents.documents'), 'test-1.documents')
  assert.equal(topicOf('signatures.signatures'), 'test-1.signatures')
  assert.equal(topicOf('search.documents'), 'test-1.search.documents')
})

test('overrides take precedence over the settings, and the settings over the file', async () => {
  const path = await file('{"slot.name": "a", "tasks.max": 1, "tombstones.on.delete": true, "x": "file"}')
  const properties = await connectorProperties({ ...settings, file: path, overrides: { x: 'override' } })
  assert.equal(properties['slot.name'], 'docmgr_cdc')
  assert.equal(properties['tasks.max'], '1')
  assert.equal(properties['tombstones.on.delete'], 'true')
  assert.equal(properties['x'], 'override')
})

test("Connect's own form with name and config is accepted", async () => {
  const path = await file('{"name": "n", "config": {"tasks.max": "2"}}')
  const properties = await connectorProperties({ ...settings, file: path })
  assert.equal(properties['tasks.max'], '2')
  assert.equal(properties['name'], undefined)
})

test('an error names the file that cannot be used', async () => {
  const refused: [string, RegExp][] = [
    [join(folder, 'none.json'), /none\.json cannot be read: ENOENT/],
    [await file('{'), /is not JSON/],
    [await file('[]'), /must contain an object/],
    [await file('{"a": {"b": 1}}'), /a must be a string/],
  ]
  for (const [path, message] of refused) {
    await assert.rejects(connectorProperties({ ...settings, file: path }), message)
  }
})

test("Debezium's slot has another name than the slot of wal:", () => {
  assert.equal(debeziumSlot('docmgr'), 'docmgr_cdc')
})
