import { eventually } from '../../testing/deadline.ts'
import { asAdmin } from '../../testing/stack-database.ts'
import { stack } from '../../testing/stack.ts'
import type { TopologyNames } from '../../testing/topology.ts'

const LIMIT_MS = 60_000

/** Stops the connector's task and starts another, which reads the log from the last stored offset. */
export async function restartConnector(names: TopologyNames): Promise<void> {
  const before = await readerOf(names.slot)
  await tell('POST', names.connector, 'restart?includeTasks=true')
  await eventually(
    'the connector to stream again',
    async () => {
      const now = await readerOf(names.slot)
      return now !== before && now
    },
    LIMIT_MS,
  )
}

/** Ends its tasks; later commits wait in the log. */
export async function stopConnector(names: TopologyNames): Promise<void> {
  await tell('PUT', names.connector, 'stop')
  await eventually('the slot to be left', async () => (await readerOf(names.slot)) === undefined, LIMIT_MS)
}

export async function resumeConnector(names: TopologyNames): Promise<void> {
  await tell('PUT', names.connector, 'resume')
  await eventually('the connector to stream again', () => readerOf(names.slot), LIMIT_MS)
}

/** The process that reads the slot. */
function readerOf(slot: string): Promise<number | undefined> {
  return asAdmin(async (admin) => {
    const { rows } = await admin.query('select active_pid from pg_replication_slots where slot_name = $1', [
      slot,
    ])
    return rows[0]?.active_pid ?? undefined
  })
}

async function tell(method: string, connector: string, what: string): Promise<void> {
  await eventually(`Kafka Connect to ${what}`, async () => {
    const answer = await fetch(`${stack.connectUrl}/connectors/${connector}/${what}`, { method })
    // 409: its workers are rebalancing.
    if (!answer.ok && answer.status !== 409)
      throw new Error(`${what}: ${answer.status} ${await answer.text()}`)
    return answer.ok
  })
}
