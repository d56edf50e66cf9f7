import { type ConnectorStatus } from '../../cdc/connect-client.ts'
import { describeStates, isRunning, reasonOf } from '../../cdc/connector-state.ts'
import { type Slot } from '../../cdc/slot-database.ts'
import { EXIT } from '../exit-codes.ts'
import type { CdcContext } from './context.ts'

/** What was found, or why it could not be read. */
type Found<T> = { value: T } | { problem: string }

/** Shows connector, slot and topics. The exit code is 0 only if all of them work. */
export async function cdcStatus(cdc: CdcContext): Promise<number> {
  const { config, connect, connector, slot: name, json, io } = cdc
  const { partitionsOfTopics } = await import('../../app/topics.ts')
  const [status, slot, topics] = await Promise.all([
    connect.status(connector),
    attempt(() => slotOf(cdc)),
    attempt(() => partitionsOfTopics(config.changes)),
  ])
  const ok = {
    connector: status !== undefined && isRunning(status),
    slot: 'value' in slot && isHealthy(slot.value),
    topics: 'value' in topics && Object.values(topics.value).every((partitions) => partitions > 0),
  }
  const everything = ok.connector && ok.slot && ok.topics
  const code = everything ? EXIT.done : EXIT.attention
  if (json) {
    io.json({ ok: everything, connector: status ?? null, slot: { name, ...slot }, topics })
    return code
  }
  const show = (good: boolean, title: string, text: string): void => {
    const mark = good ? io.colors.green('✓') : io.colors.red('✗')
    io.out(`${mark} ${io.colors.bold(title)}: ${text}`)
  }
  show(ok.connector, `connector ${connector}`, textOfStatus(status))
  show(ok.slot, `replication slot ${name}`, 'value' in slot ? textOfSlot(slot.value) : slot.problem)
  show(ok.topics, 'topics', 'value' in topics ? textOfTopics(topics.value) : topics.problem)
  return code
}

async function attempt<T>(work: () => Promise<T>): Promise<Found<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

async function slotOf({ openDatabase, slot }: CdcContext): Promise<Slot | undefined> {
  const database = await openDatabase()
  try {
    return await database.slot(slot)
  } finally {
    await database.close()
  }
}

const isHealthy = (slot: Slot | undefined): boolean => slot !== undefined && slot.ready && !slot.lost

function textOfStatus(status: ConnectorStatus | undefined): string {
  if (!status) return 'does not exist: `docmgr cdc apply` creates it'
  const reason = reasonOf(status)
  return describeStates(status) + (reason === undefined ? '' : ` (${reason})`)
}

function textOfSlot(slot: Slot | undefined): string {
  if (!slot) return 'does not exist'
  if (slot.lost) return 'PostgreSQL has removed log that it needs: run `docmgr cdc delete --yes`, then apply'
  const lag = `${slot.lagBytes} bytes of log not confirmed`
  if (!slot.ready) return 'waits for older transactions to end'
  return `${slot.active ? 'read' : 'not being read'}, ${lag}`
}

const textOfTopics = (topics: Record<string, number>): string =>
  Object.entries(topics)
    .map(([topic, count]) => `${topic} ${count === 0 ? 'is missing' : `(${count} partitions)`}`)
    .join(', ')
