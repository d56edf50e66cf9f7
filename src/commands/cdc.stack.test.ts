import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { connectionOf } from '../db/connection-url.ts'
import { type CliResult, runCli } from '../testing/cli.ts'
import { within } from '../testing/deadline.ts'
import { type StackDatabase, openStackDatabase } from '../testing/stack-database.ts'
import { stack } from '../testing/stack.ts'
import { undoing } from '../testing/undoing.ts'

const kafka = new Kafka({ brokers: stack.kafkaBrokers.split(','), logLevel: logLevel.NOTHING })

interface Setup {
  database: StackDatabase
  prefix: string
  cdc(action: string, ...args: string[]): Promise<CliResult>
  /** deletes the slot too, as a user who may */
  remove(...args: string[]): Promise<CliResult>
}

/** A database, a connector and topics of its own, which go with the test. */
async function setUp(t: TestContext): Promise<Setup> {
  const undo = undoing(t)
  const database = await openStackDatabase(undo)
  const id = randomBytes(4).toString('hex')
  const prefix = `cdctest-${id}`
  const { host, port } = connectionOf(stack.databaseDirectUrl)
  const properties = {
    'database.hostname': host,
    'database.port': String(port),
    'database.user': 'debezium',
    'database.dbname': database.name,
    'poll.interval.ms': '10',
  }
  const cdc: Setup['cdc'] = (action, ...args) =>
    runCli(
      [
        ...['cdc', action, '--connector', prefix],
        ...Object.entries(properties).flatMap(([key, value]) => ['--property', `${key}=${value}`]),
        ...args,
      ],
      {
        limitMs: 120_000,
        env: {
          DOCMGR_DATABASE_URL: database.url,
          DOCMGR_DATABASE_DIRECT_URL: database.directUrl,
          DOCMGR_CHANGES_URL: `kafka://${stack.kafkaBrokers}`,
          DOCMGR_CHANGES_CONNECT_URL: stack.connectUrl,
          DOCMGR_CHANGES_PREFIX: prefix,
          DOCMGR_CHANGES_SLOT: `test_${id}`,
        },
      },
    )
  const asAdmin = Object.assign(new URL(stack.adminUrl), { pathname: `/${database.name}` }).href
  const remove: Setup['remove'] = (...args) =>
    cdc('delete', '--yes', '--set', `database.directUrl=${asAdmin}`, ...args)
  undo.after(async () => {
    const { code, stderr } = await remove()
    assert.equal(code, 0, stderr)
    const admin = kafka.admin()
    await admin.connect()
    const topics = (await admin.listTopics()).filter((topic) => topic.includes(prefix))
    await admin.deleteTopics({ topics })
    await admin.disconnect()
  })
  return { database, prefix, cdc, remove }
}

/** The operations on a row, from the beginning of a topic, until there are so many. */
async function operations(topic: string, count: number): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: `${topic}-${randomUUID()}` })
  const found: string[] = []
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const all = new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          const { op, after } = JSON.parse(message.value!.toString())
          found.push(`${op}${after.version}`)
          if (found.length >= count) resolve()
        },
      })
    })
    await within(30_000, `${count} events on ${topic}`, all)
    return found
  } finally {
    await consumer.disconnect()
  }
}

test('apply makes topics and connector, can be repeated, and nothing committed after it is missed', async (t) => {
  const { database, prefix, cdc } = await setUp(t)
  const before = await cdc('status')
  assert.equal(before.code, 3, before.stderr)
  assert.match(before.stdout, /does not exist: `docmgr cdc apply` creates it/)

  const first = await cdc('apply', '--json')
  assert.equal(first.code, 0, first.stderr)
  const { pool } = database.database
  const { rows } = await pool.query(
    `insert into documents.documents (id, title, content_size, created_by)
     values ($1, 'T', 0, 'ada@example.com') returning id`,
    [randomUUID()],
  )
  for (let version = 2; version <= 4; version++)
    await pool.query('update documents.documents set version = $2 where id = $1', [rows[0].id, version])
  const applied = JSON.parse(first.stdout)
  assert.equal(applied.change, 'created')
  assert.deepEqual(
    applied.topics_created.toSorted(),
    ['dead-letters', 'documents', 'peers', 'signatures'].map((name) => `${prefix}.${name}`),
  )
  assert.deepEqual(await operations(`${prefix}.documents`, 4), ['c1', 'u2', 'u3', 'u4'])

  const status = await cdc('status', '--json')
  assert.equal(status.code, 0, status.stdout + status.stderr)
  const { topics, slot, connector } = JSON.parse(status.stdout)
  assert.equal(topics.value[`${prefix}.signatures`], 3)
  assert.ok(slot.value.ready && slot.value.lagBytes >= 0)
  assert.deepEqual([connector.connector.state, connector.tasks[0].state], ['RUNNING', 'RUNNING'])

  const again = await cdc('apply')
  assert.match(again.stdout, /unchanged; it is running\.\nTopics: all exist\. .* is read\.\n$/)
  const both = await Promise.all([
    cdc('apply', '--property', 'poll.interval.ms=20'),
    cdc('apply', '--property', 'poll.interval.ms=20'),
  ])
  for (const { code, stdout, stderr } of both) assert.equal(code, 0, stdout + stderr)
  assert.ok(both.some(({ stdout }) => stdout.includes('updated')))
})

test('delete leaves the slot until it may go, and apply brings back everything', async (t) => {
  const { database, cdc, remove } = await setUp(t)
  const { code, stderr } = await cdc('apply')
  assert.equal(code, 0, stderr)
  const slots = async (): Promise<number> => {
    const { rowCount } = await database.database.pool.query(
      'select from pg_replication_slots where database = $1',
      [database.name],
    )
    return rowCount!
  }
  const kept = await cdc('delete')
  assert.equal(kept.code, 0, kept.stderr)
  assert.match(kept.stdout, /deleted, with its offsets\.\nReplication slot \S+: kept/)
  assert.equal(await slots(), 1)
  assert.match((await cdc('status')).stdout, /not being read/)
  assert.equal((await cdc('apply')).code, 0)
  const refused = await cdc('delete', '--yes')
  assert.match(refused.stderr, /user of database\.directUrl may not drop replication slots/)
  assert.equal((await cdc('status')).code, 0)
  const gone = await remove('--json')
  assert.equal(gone.code, 0, gone.stderr)
  assert.equal(JSON.parse(gone.stdout).slot.state, 'dropped')
  assert.equal(await slots(), 0)
  assert.match((await remove()).stdout, /it did not exist\.\nReplication slot \S+: it did not exist/)
})

test('what is wrong is said with the property or the setting that names it', async (t) => {
  const { cdc } = await setUp(t)
  const says = async (code: number, message: RegExp, ...args: string[]): Promise<void> => {
    // Only what cannot be reached is waited for.
    const result = await cdc('apply', '--wait', code === 4 ? '3' : '60', ...args)
    assert.match(result.stderr, message)
    assert.equal(result.code, code, result.stderr)
  }
  await says(1, /rejects the connector:\n.*slot\.name: .*lowercase/, '--property', 'slot.name=A-B')
  await says(1, /database\.hostname: .*database "nope" does not exist/, '--property', 'database.dbname=nope')
  await says(1, /has no plugin for connector\.class = X \(it has io\.deb/, '--property', 'connector.class=X')
  await says(1, /no publication other: run `docmgr migrate`/, '--property', 'publication.name=other')
  await says(2, /--property x: must be KEY=VALUE/, '--property', 'x')
  await says(
    2,
    /changes\.url \(from --set\) = wal:: works without the connector/,
    '--set',
    'changes.url=wal:',
  )
  await says(
    4,
    /PostgreSQL: .*check database\.directUrl/,
    '--set',
    'database.directUrl=postgres://a:b@127.0.0.1:9/c',
  )
  await says(
    4,
    /Kafka Connect: .*check changes\.connectUrl/,
    '--set',
    'changes.connectUrl=http://127.0.0.1:9',
  )
  const status = await cdc('status', '--set', 'changes.connectUrl=http://127.0.0.1:9')
  assert.equal(status.code, 4, status.stderr)
})
