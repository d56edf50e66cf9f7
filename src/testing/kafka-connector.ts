import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { Pool } from 'pg'
import { eventually } from './deadline.ts'
import { stack } from './stack.ts'
import type { StackDatabase } from './stack-database.ts'

export interface TestConnector {
  name: string
  /** Registers it and waits until it streams: what is committed before is in its snapshot. */
  start(): Promise<void>
  /** Stops and starts its task, which then repeats what it has not noted down as sent. */
  restart(): Promise<void>
  /** Forgets how far it was and makes a new slot and a snapshot, as after the loss of a slot. */
  startOver(): Promise<void>
  remove(): Promise<void>
}

export interface TestConnectorOptions {
  database: StackDatabase
  /** what the names of the topics begin with */
  prefix: string
  /** Kafka Connect; the shared one */
  connectUrl?: string
}

/** Debezium on a database of its own; it goes with its offsets and its slot when the test ends. */
export function testConnector(t: Pick<TestContext, 'after'>, options: TestConnectorOptions): TestConnector {
  const { database, prefix, connectUrl = stack.connectUrl } = options
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new Pool({ connectionString: databaseUrl(database.name), max: 1 })
  const path = `/connectors/${name}`
  let registered = false

  const api = async (method: string, suffix: string, body?: object): Promise<Response> => {
    const response = await fetch(`${connectUrl}${path}${suffix}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(30_000),
    })
    await response.clone().arrayBuffer()
    return response
  }
  const expect = async (method: string, suffix: string, body?: object): Promise<void> => {
    // 409: the worker is rebalancing.
    const response = await eventually(
      `${method} ${suffix}`,
      async () => {
        const answer = await api(method, suffix, body)
        return answer.status !== 409 && answer
      },
      30_000,
    )
    if (!response.ok)
      throw new Error(`${method} ${path}${suffix}: ${response.status} ${await response.text()}`)
  }
  const walsender = async (): Promise<number | undefined> => {
    const { rows } = await admin.query(
      `select r.pid from pg_stat_replication r join pg_replication_slots s on s.active_pid = r.pid
        where s.slot_name = $1 and r.state = 'streaming'`,
      [name],
    )
    return rows[0]?.pid
  }
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
    await expect('PUT', '/stop')
    await eventually(
      'the offsets to go',
      async () => {
        const answer = await api('DELETE', '/offsets')
        return answer.ok || answer.status === 404
      },
      30_000,
    )
  }

  const connector: TestConnector = {
    name,
    async start() {
      registered = true
      await expect('PUT', '/config', connectorConfig(name, database.name, prefix))
      await streaming()
    },
    async restart() {
      const before = await walsender()
      await expect('POST', '/restart?includeTasks=true')
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
      await expect('PUT', '/resume')
      await streaming()
    },
    async remove() {
      if (!registered) return
      registered = false
      await stop()
      await expect('DELETE', '')
    },
  }
  t.after(async () => {
    try {
      await connector.remove()
    } finally {
      await admin.end()
    }
  })
  return connector
}

function databaseUrl(name: string): string {
  return Object.assign(new URL(stack.adminUrl), { pathname: `/${name}` }).href
}

function connectorConfig(name: string, database: string, prefix: string): Record<string, string> {
  const { hostname, port } = new URL(stack.databaseDirectUrl)
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
    'database.hostname': hostname,
    'database.port': port || '5432',
    'database.user': 'debezium',
    'database.password': '${env:DEBEZIUM_PASSWORD}',
    'database.dbname': database,
    'plugin.name': 'pgoutput',
    'slot.name': name,
    'slot.drop.on.stop': 'false',
    'publication.name': 'docmgr_cdc',
    'publication.autocreate.mode': 'disabled',
    'table.include.list': 'documents.documents,signatures.signatures',
    'message.key.columns': 'documents.documents:id;signatures.signatures:document_id',
    'snapshot.mode': 'initial',
    'topic.prefix': 'docmgr',
    // Several connectors of one prefix in one worker, each with metrics of its own.
    'custom.metric.tags': `connector=${name}`,
    transforms: 'route',
    'transforms.route.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.route.regex': 'docmgr\\.(?:documents|signatures)\\.(documents|signatures)',
    'transforms.route.replacement': `${prefix}.$1`,
    'topic.creation.default.replication.factor': '1',
    'topic.creation.default.partitions': '3',
    'tombstones.on.delete': 'true',
    'decimal.handling.mode': 'string',
    'time.precision.mode': 'isostring',
    'heartbeat.interval.ms': '1000',
    'heartbeat.action.query': "SELECT pg_logical_emit_message(false, 'heartbeat', now()::text)",
    'message.prefix.exclude.list': 'heartbeat',
    'poll.interval.ms': '10',
    'errors.max.retries': '-1',
    'retriable.restart.connector.wait.ms': '2000',
  }
}
