import type { ConnectClient } from '../../cdc/connect-client.ts'
import type { SlotDatabase } from '../../cdc/slot-database.ts'
import type { Config } from '../../config/schema.ts'
import type { Deadline } from '../../runtime/poll.ts'
import type { Io } from '../io.ts'

/** What the actions of `docmgr cdc` share. */
export interface CdcContext {
  config: Config
  connect: ConnectClient
  /** name of the connector */
  connector: string
  slot: string
  properties: Record<string, string>
  openDatabase(): Promise<SlotDatabase>
  /** for everything that the action waits for, together */
  deadline: Deadline
  yes: boolean
  json: boolean
  io: Io
}
