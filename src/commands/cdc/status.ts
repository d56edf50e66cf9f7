import { type ConnectorStatus } from '../../cdc/connect-client.ts'
import { describeStates, isRunning, reasonOf } from '../../cdc/connector-state.ts'
import { type Slot } from '../../cdc/slot-database.ts'
import type { Cdc } from '../cdc.ts'
import { EXIT } from '../exit-codes.ts'

/** What was found, or why it could not be. */
type Found<T> = { value: T } | { problem: string }

/** Shows connector, slot and topics. Exit code 0 only while everything runs. */
export async function cdcStatus(cdc: Cdc): Promise<number> {
  const { config, connect, connector, slot: name, json, io } = cdc
  const { partitionsOfTopics } = await import('../../app/topics.ts')
  const [status, slot, topics] = await Promise.all([
    connect.status(connector),
    attempt(() => slotOf(cdc)),
    attempt(() => partitionsOfTopics(config.changes)),
  ])
  const well = {
    connector: status !== undefined && isRunning(status),
    slot: 'value' in slot && isWell(slot.value),
    topics: 'value' in topics && Object.values(topics.value).every((partitions) => partitions > 0),
  }
  const everything = well.connector && well.slot && well.topics
  const code = everything ? EXIT.done : EXIT.attention
  if (json) {
    io.json({ well: everything, connector: status ?? null, slot: { name, ...slot }, topics })
    return code
  }
  const show = (good: boolean, title: string, text: string): void => {
    const mark = good ? io.colors.green('✓') : io.colors.red('✗')
    io.out(`${mark} ${io.colors.bold(title)}: ${text}`)
  }
  show(well.connector, `connector ${connector}`, textOfStatus(status))
  show(well.slot, `replication slot ${name}`, 'value' in slot ? textOfSlot(slot.value) : slot.problem)
  show(well.topics, 'topics', 'value' in topics ? textOfTopics(topics.value) : topics.problem)
  return code
}

async function attempt<T>(work: () => Promise<T>): Promise<Found<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

async function slotOf({ openDatabase, slot }: Cdc): Promise<Slot | undefined> {
  const database = await openDatabase()
  try {
    return await database.slot(slot)
  } finally {
    await database.close()
  }
}

const isWell = (slot: Slot | undefined): boolean => slot !== undefined && slot.ready && !slot.lost

function textOfStatus(status: ConnectorStatus | undefined): string {
  if (!status) return 'there is none: `docmgr cdc apply` makes it'
  const reason = reasonOf(status)
  return describeStates(status) + (reason === undefined ? '' : ` (${reason})`)
}

function textOfSlot(slot: Slot | undefined): string {
  if (!slot) return 'there is none'
  if (slot.lost) return 'PostgreSQL has removed log that it needs: `docmgr cdc delete --yes`, then apply'
  const lag = `${slot.lagBytes} bytes of log not confirmed`
  if (!slot.ready) return 'waits for the end of older transactions'
  return `${slot.active ? 'read' : 'not read at the moment'}, ${lag}`
}

const textOfTopics = (topics: Record<string, number>): string =>
  Object.entries(topics)
    .map(([topic, count]) => `${topic} ${count === 0 ? 'is missing' : `(${count} partitions)`}`)
    .join(', ')
