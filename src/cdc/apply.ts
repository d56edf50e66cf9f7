import { isDeepStrictEqual } from 'node:util'
import { type Deadline, NotYet } from '../runtime/poll.ts'
import {
  type ConnectClient,
  type ConnectorStatus,
  ConnectUnreachableError,
  type Properties,
} from './connect-client.ts'
import { describeStates, isRunning, reasonOf } from './connector-state.ts'
import { DatabaseUnreachableError, type Slot, type SlotDatabase } from './slot-database.ts'

export interface ApplyOptions {
  connect: ConnectClient
  openDatabase(): Promise<SlotDatabase>
  /** creates the missing topics; returns their names */
  ensureTopics(): Promise<string[]>
  connector: string
  properties: Properties
  slot: string
  /** for all waiting together */
  deadline: Deadline
  /** reports progress to the user */
  note(line: string): void
}

export interface Applied {
  change: 'created' | 'updated' | 'unchanged'
  /** the topics that were created */
  topicsCreated: string[]
  /** how often failed tasks were restarted */
  restarts: number
  /** false: the first snapshot is still in progress */
  streaming: boolean
  slot: Slot
}

const MAX_RESTARTS = 3
const RESTART_INTERVAL_MS = 3_000
/** A first snapshot may take hours; no commit is missed meanwhile. */
const STREAMING_TIMEOUT_MS = 15_000

/**
 * Creates the missing topics, creates or updates the connector, and waits until every commit from now on becomes an
 * event: until the connector and its task run and its replication slot exists. Safe to repeat.
 * @throws Error with a message for the operator
 */
export async function applyConnector(options: ApplyOptions): Promise<Applied> {
  const { connect, connector, properties, deadline } = options
  await waitForConnect(options)
  const database = await waitForDatabase(options)
  try {
    await checkPublication(database, properties)
    const topicsCreated = await options.ensureTopics()
    await validate(connect, connector, properties)
    const change = await putConnector(connect, connector, properties)
    const restarts = { count: 0, last: -Infinity }
    const running = (): Promise<ConnectorStatus> =>
      deadline.poll(`connector ${connector} and its task to run`, () => probeStatus(options, restarts))
    await running()
    const slot = await waitForSlot(options, database, running)
    return { change, topicsCreated, restarts: restarts.count, streaming: slot.active, slot }
  } finally {
    await database.close()
  }
}

async function waitForConnect({ connect, properties, deadline, note }: ApplyOptions): Promise<void> {
  let noted = false
  const found = await deadline.poll('Kafka Connect', async () => {
    try {
      return { plugins: await connect.plugins() }
    } catch (error) {
      if (!(error instanceof ConnectUnreachableError)) throw error
      if (!noted) note('Waiting for Kafka Connect …')
      noted = true
      return new NotYet(error.message, error)
    }
  })
  const plugin = properties['connector.class'] ?? ''
  if (found.plugins.includes(plugin)) return
  const has = found.plugins.join(', ') || 'none'
  throw new Error(
    `Kafka Connect has no plugin for connector.class = ${plugin} (it has ${has}): use an image with Debezium`,
  )
}

function waitForDatabase({ openDatabase, deadline, note }: ApplyOptions): Promise<SlotDatabase> {
  let noted = false
  return deadline.poll('PostgreSQL', async () => {
    try {
      return await openDatabase()
    } catch (error) {
      if (!(error instanceof DatabaseUnreachableError && error.isTransient)) throw error
      if (!noted) note('Waiting for PostgreSQL …')
      noted = true
      return new NotYet(error.message, error)
    }
  })
}

async function checkPublication(database: SlotDatabase, properties: Properties): Promise<void> {
  const publication = properties['publication.name']
  if (publication === undefined || properties['publication.autocreate.mode'] !== 'disabled') return
  if (await database.hasPublication(publication)) return
  throw new Error(`the database has no publication ${publication}: run \`docmgr migrate\` first`)
}

async function validate(connect: ConnectClient, name: string, properties: Properties): Promise<void> {
  const errors = await connect.validate({ name, ...properties })
  if (errors.length === 0) return
  const lines = errors.flatMap(({ property, problems }) => problems.map((text) => `${property}: ${text}`))
  throw new Error(['Kafka Connect rejects the connector:', ...lines].join('\n'))
}

async function putConnector(
  connect: ConnectClient,
  connector: string,
  properties: Properties,
): Promise<Applied['change']> {
  const before = await connect.properties(connector)
  const { name: _, ...present } = before ?? {}
  const same = before !== undefined && isDeepStrictEqual(present, properties)
  if (!same) await connect.put(connector, properties)
  // New properties do not resume a stopped or paused connector.
  const state = (await connect.status(connector))?.connector.state
  if (state === 'STOPPED' || state === 'PAUSED') await connect.resume(connector)
  if (before === undefined) return 'created'
  return same ? 'unchanged' : 'updated'
}

/** The status, once everything runs. Restarts failed tasks a few times. @throws Error when they keep failing */
async function probeStatus(
  { connect, connector }: ApplyOptions,
  restarts: { count: number; last: number },
): Promise<ConnectorStatus | NotYet> {
  const status = await connect.status(connector)
  if (!status) return new NotYet('it has no status yet')
  if (isRunning(status)) return status
  const reason = reasonOf(status)
  if (reason !== undefined && performance.now() - restarts.last > RESTART_INTERVAL_MS) {
    if (restarts.count === MAX_RESTARTS) throw new Error(`connector ${connector} keeps failing: ${reason}`)
    restarts.count++
    restarts.last = performance.now()
    await connect.restartFailed(connector)
  }
  return new NotYet(reason ?? describeStates(status))
}

/** Waits until the slot exists, and for a short time until the connector reads it. */
async function waitForSlot(
  { slot: name, deadline }: ApplyOptions,
  database: SlotDatabase,
  running: () => Promise<ConnectorStatus>,
): Promise<Slot> {
  let readyAt: number | undefined
  return deadline.poll(`the replication slot ${name}`, async () => {
    await running()
    const slot = await database.slot(name)
    if (!slot?.ready)
      return new NotYet('an older transaction has not ended yet, or the connector reads another slot')
    if (slot.lost) {
      throw new Error(
        `PostgreSQL has removed log that the replication slot ${name} needs: \`docmgr cdc delete --yes\`, ` +
          'then apply again, which begins with a snapshot',
      )
    }
    readyAt ??= performance.now()
    return slot.active || performance.now() - readyAt > STREAMING_TIMEOUT_MS
      ? slot
      : new NotYet('the connector does not read it yet')
  })
}
