import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { Pool } from 'pg'
import { ConnectError, createConnectClient } from '../cdc/connect-client.ts'
import { connectorProperties } from '../cdc/connector-properties.ts'
import { eventually } from './deadline.ts'
import { stack } from './stack.ts'
import type { StackDatabase } from './stack-database.ts'

export interface TestConnector {
  name: string
  /** Registers it and waits until it streams; commits from before are in its snapshot. */
  start(): Promise<void>
  /** Restarts its task, which then sends again what it has not stored as sent. */
  restart(): Promise<void>
  /** Deletes offsets and slot, so that it begins with a snapshot, as after the loss of a slot. */
  startOver(): Promise<void>
  remove(): Promise<void>
}

export interface TestConnectorOptions {
  database: StackDatabase
  /** prefix of the topic names */
  prefix: string
  /** Kafka Connect; the shared one */
  connectUrl?: string
}

/** A connector for a test's own database; it is deleted with its offsets and its slot when the test ends. */
export function testConnector(t: Pick<TestContext, 'after'>, options: TestConnectorOptions): TestConnector {
  const { database, prefix, connectUrl = stack.connectUrl } = options
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new Pool({ connectionString: databaseUrl(database.name), max: 1 })
  let registered = false
  const connect = createConnectClient(connectUrl, new AbortController().signal)
  const walsender = (): Promise<number | undefined> => streamingProcess(admin, name)
  const streaming = (before?: number): Promise<number> =>
    eventually(
      `the connector ${name} to stream`,
      async () => {
        const pid = await walsender()
        return pid !== before && pid
      },
      40_000,
    )
  const stop = async (): Promise<void> => {
    await settle('the connector to stop', () => connect.stop(name))
    // Refused until its task has ended.
    const deleteOffsets = (): Promise<boolean> =>
      connect.deleteOffsets(name).then(
        () => true,
        () => false,
      )
    await eventually('the offsets to go', deleteOffsets)
  }

  const connector: TestConnector = {
    name,
    async start() {
      registered = true
      const properties = await testProperties(name, database.name, prefix)
      await settle('the connector to be created', () => connect.put(name, properties))
      await streaming()
    },
    async restart() {
      const before = await walsender()
      await settle('the connector to restart', () => restartTask(connectUrl, name))
      await streaming(before)
    },
    async startOver() {
      await stop()
      await eventually('the slot to go', async () => {
        const { rowCount } = await admin.query(
          'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active',
          [name],
        )
        return rowCount === 1
      })
      await settle('the connector to resume', () => connect.resume(name))
      await streaming()
    },
    async remove() {
      if (!registered) return
      registered = false
      await stop()
      await settle('the connector to be deleted', () => connect.delete(name))
    },
  }
  t.after(async () => {
    try {
      await connector.remove()
    } finally {
      await Promise.all([admin.end(), connect.close()])
    }
  })
  return connector
}

async function restartTask(connectUrl: string, name: string): Promise<void> {
  const path = `/connectors/${name}/restart?includeTasks=true`
  const { ok, status } = await fetch(`${connectUrl}${path}`, { method: 'POST' })
  if (!ok) throw new ConnectError(status, `POST ${path}: ${status}`)
}

/** Repeats a request that is refused while the worker is rebalancing. */
function settle(what: string, request: () => Promise<void>): Promise<true> {
  const attempt = (): Promise<true | undefined> =>
    request().then(
      () => true,
      (error: unknown) => {
        if (error instanceof ConnectError && error.status === 409) return undefined
        throw error
      },
    )
  return eventually(what, attempt)
}

/** The process of PostgreSQL that streams the slot to the connector. */
async function streamingProcess(admin: Pool, slot: string): Promise<number | undefined> {
  const { rows } = await admin.query<{ pid: number }>(
    `select r.pid from pg_stat_replication r join pg_replication_slots s on s.active_pid = r.pid
      where s.slot_name = $1 and r.state = 'streaming'`,
    [slot],
  )
  return rows[0]?.pid
}

function databaseUrl(name: string): string {
  return Object.assign(new URL(stack.adminUrl), { pathname: `/${name}` }).href
}

/** Debezium as docmgr configures it, on another database and with short intervals. */
function testProperties(name: string, database: string, prefix: string): Promise<Record<string, string>> {
  const { hostname, port } = new URL(stack.databaseDirectUrl)
  return connectorProperties({
    prefix: 'docmgr',
    slot: name,
    overrides: {
      'database.hostname': hostname,
      'database.port': port || '5432',
      'database.user': 'debezium',
      'database.dbname': database,
      'transforms.route.replacement': `${prefix}.$1`,
      // The connectors of one worker have the same topic.prefix, but need metrics of their own.
      'custom.metric.tags': `connector=${name}`,
      'topic.creation.default.replication.factor': '1',
      'heartbeat.interval.ms': '1000',
      'poll.interval.ms': '10',
    },
  })
}
