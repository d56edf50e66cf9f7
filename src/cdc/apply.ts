import { isDeepStrictEqual } from 'node:util'
import {
  type ConnectClient,
  type ConnectorStatus,
  ConnectUnreachableError,
  type Properties,
} from './connect-client.ts'
import { describeStates, isRunning, reasonOf } from './connector-state.ts'
import type { Patience } from './patience.ts'
import { DatabaseUnreachableError, type Slot, type SlotDatabase } from './slot.ts'

export interface ApplyOptions {
  connect: ConnectClient
  openDatabase(): Promise<SlotDatabase>
  /** makes what is missing and gives its names */
  ensureTopics(): Promise<string[]>
  connector: string
  properties: Properties
  slot: string
  patience: Patience
  /** what is being waited for, for the person who waits */
  note(line: string): void
}

export interface Applied {
  change: 'created' | 'updated' | 'unchanged'
  /** the topics that were made */
  topicsCreated: string[]
  /** how often failed tasks were started again */
  restarts: number
  /** false: it still takes its first snapshot */
  streaming: boolean
  slot: Slot
}

const RESTARTS = 3
const RESTART_PAUSE_MS = 3_000
/** A first snapshot may take hours; nothing is lost meanwhile. */
const STREAMING_LIMIT_MS = 15_000

/**
 * Makes the topics and the connector what they should be, and waits until every commit from now on will become an
 * event: until the connector and its task run and its replication slot is there. Can be repeated.
 * @throws Error with a sentence for the operator
 */
export async function applyConnector(options: ApplyOptions): Promise<Applied> {
  const { connect, connector, properties, patience } = options
  await waitForConnect(options)
  const database = await waitForDatabase(options)
  try {
    await checkPublication(database, properties)
    const topicsCreated = await options.ensureTopics()
    await validate(connect, connector, properties)
    const change = await putConnector(connect, connector, properties)
    const restarts = { count: 0, last: -Infinity }
    const running = (): Promise<ConnectorStatus> =>
      patience.until(`connector ${connector} and its task to run`, () => look(options, restarts))
    await running()
    const slot = await waitForSlot(options, database, running)
    return { change, topicsCreated, restarts: restarts.count, streaming: slot.active, slot }
  } finally {
    await database.close()
  }
}

async function waitForConnect({ connect, properties, patience, note }: ApplyOptions): Promise<void> {
  let noted = false
  const found = await patience.until('Kafka Connect', async () => {
    try {
      return { plugins: await connect.plugins() }
    } catch (error) {
      if (!(error instanceof ConnectUnreachableError)) throw error
      if (!noted) note('Waiting for Kafka Connect …')
      noted = true
      return error.message
    }
  })
  const plugin = properties['connector.class'] ?? ''
  if (found.plugins.includes(plugin)) return
  const has = found.plugins.join(', ') || 'none'
  throw new Error(
    `Kafka Connect lacks the plugin connector.class = ${plugin}: it has ${has}; use an image with Debezium`,
  )
}

function waitForDatabase({ openDatabase, patience }: ApplyOptions): Promise<SlotDatabase> {
  return patience.until('PostgreSQL', async () => {
    try {
      return await openDatabase()
    } catch (error) {
      if (error instanceof DatabaseUnreachableError && error.mayPass) return error.message
      throw error
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
  throw new Error(['Kafka Connect refuses the connector:', ...lines].join('\n'))
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
  // What was stopped or paused stays so, whatever its properties.
  const state = (await connect.status(connector))?.connector.state
  if (state === 'STOPPED' || state === 'PAUSED') await connect.resume(connector)
  if (before === undefined) return 'created'
  return same ? 'unchanged' : 'updated'
}

/** Gives the status once everything runs; starts again what has failed, some times. */
async function look(
  { connect, connector }: ApplyOptions,
  restarts: { count: number; last: number },
): Promise<ConnectorStatus | string> {
  const status = await connect.status(connector)
  if (!status) return 'it has no status yet'
  if (isRunning(status)) return status
  const reason = reasonOf(status)
  if (reason !== undefined && performance.now() - restarts.last > RESTART_PAUSE_MS) {
    if (restarts.count === RESTARTS)
      throw new Error(`connector ${connector} fails again and again: ${reason}`)
    restarts.count++
    restarts.last = performance.now()
    await connect.restartFailed(connector)
  }
  return reason ?? describeStates(status)
}

/** Until the slot is there, and for a moment longer until it is read. */
async function waitForSlot(
  { slot: name, patience }: ApplyOptions,
  database: SlotDatabase,
  running: () => Promise<ConnectorStatus>,
): Promise<Slot> {
  let readyAt: number | undefined
  return patience.until(`the replication slot ${name}`, async () => {
    await running()
    const slot = await database.slot(name)
    if (!slot?.ready)
      return 'a transaction that began before has not ended yet, or the connector reads another one'
    if (slot.lost) {
      throw new Error(
        `PostgreSQL has removed log that the replication slot ${name} needs: \`docmgr cdc delete --yes\`, ` +
          'then apply again, which begins with a snapshot',
      )
    }
    readyAt ??= performance.now()
    return slot.active || performance.now() - readyAt > STREAMING_LIMIT_MS ? slot : 'it is not read yet'
  })
}
