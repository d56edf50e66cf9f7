import type { Pool } from 'pg'
import type { Config } from '../../config/schema.ts'
import { debeziumSlot, readReplicationSlot } from '../../db/replication-slot.ts'
import { adapterOf } from '../../ports/adapters.ts'
import { INDEXER } from '../../roles/indexer/role.ts'
import type { Logger } from '../../runtime/logger.ts'

/** What the change feed can still deliver to the indexer from before a command. */
export interface FeedBacklog {
  /**
   * @returns what is not done yet, in words; undefined when no event from before can be delivered again
   * @throws when it cannot be known now
   */
  left(): Promise<string | undefined>
  stop(): Promise<void>
}

/**
 * Notes the end of PostgreSQL's log. What is before it is done when the slot's confirmed position has passed it, and
 * with Kafka, when the indexer's group has then passed what is in the topics. In this order: after a crash the connector
 * writes all that its slot had not confirmed again, behind everything else.
 */
export async function openFeedBacklog(
  { changes }: Pick<Config, 'changes'>,
  { pool, log }: { pool: Pool; log: Logger },
): Promise<FeedBacklog> {
  const { url } = changes
  const adapter = adapterOf('changes', url)
  const slot = adapter.needsConnector ? debeziumSlot(changes.slot) : changes.slot
  const end = (await readReplicationSlot(pool, slot))?.serverEnd
  const group = await adapter.openGroupBacklog?.(url, INDEXER, { ...changes, log })
  return {
    async left() {
      const state = await readReplicationSlot(pool, slot)
      if (end === undefined || state?.confirmed === undefined || !state.isLocal)
        return `this database has no replication slot ${slot}`
      if (state.confirmed < end)
        return `${end - state.confirmed} bytes of the log before the replication slot ${slot} are not done`
      const records = await group?.left()
      return records ? `the group of the indexer has not done ${records} records` : undefined
    },
    stop: async () => group?.stop(),
  }
}
