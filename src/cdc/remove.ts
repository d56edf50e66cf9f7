import { type Deadline, NotYet } from '../runtime/poll.ts'
import { type ConnectClient, ConnectError } from './connect-client.ts'
import type { SlotDatabase } from './slot-database.ts'

export interface RemoveOptions {
  connect: ConnectClient
  connector: string
  slot: string
  /** where the slot is dropped; undefined: the slot stays */
  database: SlotDatabase | undefined
  /** for all waiting together */
  deadline: Deadline
}

export interface Removed {
  connector: 'deleted' | 'absent'
  slot: 'dropped' | 'absent' | 'kept'
}

/** PostgreSQL's code of an object that is in use. */
const IN_USE = '55006'

/**
 * Deletes the connector with its offsets, and the slot when the database is given. A connector that finds offsets but no
 * slot would not start.
 */
export async function removeConnector(options: RemoveOptions): Promise<Removed> {
  const { database, slot, deadline } = options
  // Checked first, so that nothing is deleted when the rest would fail.
  if (database && !(await database.mayDrop())) {
    throw new Error(
      'the user of database.directUrl may not drop replication slots: name one with REPLICATION for this command, ' +
        'with --set database.directUrl=postgres://…',
    )
  }
  const connector = await deleteConnector(options)
  if (!database) return { connector, slot: 'kept' }
  if ((await database.slot(slot)) === undefined) return { connector, slot: 'absent' }
  await deadline.poll(`the replication slot ${slot} to be free`, async () => {
    try {
      await database.drop(slot)
      return true
    } catch (error) {
      if ((error as { code?: string }).code === IN_USE) return new NotYet((error as Error).message)
      throw error
    }
  })
  return { connector, slot: 'dropped' }
}

async function deleteConnector({
  connect,
  connector,
  deadline,
}: RemoveOptions): Promise<Removed['connector']> {
  if ((await connect.properties(connector)) === undefined) return 'absent'
  await connect.stop(connector)
  await deadline.poll(`connector ${connector} to stop`, async () => {
    const status = await connect.status(connector)
    if (!status || (status.connector.state === 'STOPPED' && status.tasks.length === 0)) return true
    return new NotYet(`it is ${status.connector.state} with ${status.tasks.length} tasks`)
  })
  await deadline.poll(`the offsets of ${connector} to be deleted`, async () => {
    try {
      await connect.deleteOffsets(connector)
      return true
    } catch (error) {
      // 400 and 500: its tasks have not stopped yet.
      if (error instanceof ConnectError && [400, 409, 500].includes(error.status))
        return new NotYet(error.message)
      throw error
    }
  })
  await connect.delete(connector)
  return 'deleted'
}
