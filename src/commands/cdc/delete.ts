import { removeConnector } from '../../cdc/remove.ts'
import { EXIT } from '../exit-codes.ts'
import type { CdcContext } from './context.ts'

/** Deletes the connector and its offsets, and with --yes its replication slot. Topics are never deleted. */
export async function deleteCdc(cdc: CdcContext): Promise<number> {
  const { config, connect, connector, slot, deadline, openDatabase, yes, json, io } = cdc
  const database = yes ? await openDatabase() : undefined
  try {
    const removed = await removeConnector({ connect, connector, slot, database, deadline })
    if (json) {
      io.json({
        connector: { name: connector, state: removed.connector },
        slot: { name: slot, state: removed.slot },
      })
      return EXIT.done
    }
    const had = removed.connector === 'deleted' ? 'deleted, with its offsets' : 'it did not exist'
    io.out(`Connector ${connector}: ${had}.`)
    io.out(SLOT[removed.slot](slot))
    io.out(`The topics ${config.changes.prefix}.… and their events are kept.`)
    return EXIT.done
  } finally {
    await database?.close()
  }
}

const SLOT: Record<'dropped' | 'absent' | 'kept', (slot: string) => string> = {
  dropped: (slot) => `Replication slot ${slot}: dropped; the next apply starts with a snapshot.`,
  absent: (slot) => `Replication slot ${slot}: it did not exist.`,
  kept: (slot) =>
    `Replication slot ${slot}: kept; it retains PostgreSQL's log until the next apply or --yes.`,
}
