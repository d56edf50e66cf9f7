import { type ConnectClient, ConnectError } from './connect-client.ts'
import type { Patience } from './patience.ts'
import type { SlotDatabase } from './slot.ts'

export interface RemoveOptions {
  connect: ConnectClient
  connector: string
  slot: string
  /** where the slot is dropped; undefined: it stays */
  database: SlotDatabase | undefined
  patience: Patience
}

export interface Removed {
  connector: 'deleted' | 'absent'
  slot: 'dropped' | 'absent' | 'kept'
}

/** PostgreSQL's code for something that is being used. */
const IN_USE = '55006'

/**
 * Deletes the connector with its offsets, and the slot where the database is given. The offsets go too, since a
 * connector that finds offsets and no slot refuses to start.
 */
export async function removeConnector(options: RemoveOptions): Promise<Removed> {
  const { database, slot, patience } = options
  // First, so that nothing is deleted where the rest cannot be done.
  if (database && !(await database.mayDrop())) {
    throw new Error(
      'the user of database.directUrl may not drop replication slots: name one with REPLICATION for this command, ' +
        'with --set database.directUrl=postgres://…',
    )
  }
  const connector = await deleteConnector(options)
  if (!database) return { connector, slot: 'kept' }
  if ((await database.slot(slot)) === undefined) return { connector, slot: 'absent' }
  await patience.until(`the replication slot ${slot} to be free`, async () => {
    try {
      await database.drop(slot)
      return { dropped: true }
    } catch (error) {
      if ((error as { code?: string }).code === IN_USE) return (error as Error).message
      throw error
    }
  })
  return { connector, slot: 'dropped' }
}

async function deleteConnector({
  connect,
  connector,
  patience,
}: RemoveOptions): Promise<Removed['connector']> {
  if ((await connect.properties(connector)) === undefined) return 'absent'
  await connect.stop(connector)
  await patience.until(`connector ${connector} to stop`, async () => {
    const status = await connect.status(connector)
    if (!status || (status.connector.state === 'STOPPED' && status.tasks.length === 0))
      return { stopped: true }
    return `it is ${status.connector.state} with ${status.tasks.length} tasks`
  })
  await patience.until(`the offsets of ${connector} to be deleted`, async () => {
    try {
      await connect.deleteOffsets(connector)
      return { deleted: true }
    } catch (error) {
      // 400 and 500: its tasks have not let go yet.
      if (error instanceof ConnectError && [400, 409, 500].includes(error.status)) return error.message
      throw error
    }
  })
  await connect.delete(connector)
  return 'deleted'
}
