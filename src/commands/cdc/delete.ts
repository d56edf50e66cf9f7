import { removeConnector } from '../../cdc/remove.ts'
import type { Cdc } from '../cdc.ts'
import { EXIT } from '../exit-codes.ts'

/** Deletes the connector and its offsets; with --yes its replication slot too. Topics always stay. */
export async function deleteCdc(cdc: Cdc): Promise<number> {
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
    const had = removed.connector === 'deleted' ? 'deleted, with its offsets' : 'there was none'
    io.out(`Connector ${connector}: ${had}.`)
    io.out(SLOT[removed.slot](slot))
    io.out(`The topics ${config.changes.prefix}.… and their events stay.`)
    return EXIT.done
  } finally {
    await database?.close()
  }
}

const SLOT: Record<'dropped' | 'absent' | 'kept', (slot: string) => string> = {
  dropped: (slot) => `Replication slot ${slot}: dropped; the next apply begins with a snapshot.`,
  absent: (slot) => `Replication slot ${slot}: there was none.`,
  kept: (slot) =>
    `Replication slot ${slot}: left as it is, and keeps PostgreSQL's log until the next apply or --yes.`,
}
