import type { Pool } from 'pg'
import type { Config } from '../config/schema.ts'
import { createKeyStore, type KeyStore } from '../db/key-store.ts'
import { createPersonStore, type PersonStore } from '../db/person-store.ts'
import type { Logger } from '../runtime/logger.ts'
import type { NewId } from '../runtime/ids.ts'
import { startCommandPorts } from './command-ports.ts'

/** Who someone is, open for one command. */
export interface IdentityCommand {
  people: PersonStore
  keys: KeyStore
  pool: Pool
  newId: NewId
  stop(): Promise<void>
}

/**
 * Opens the tables of people and keys; beside a running service, too.
 * @throws NewerDatabaseError, Error with a sentence for the operator
 */
export async function openIdentities(config: Config, log: Logger): Promise<IdentityCommand> {
  const { roots, value, base, stop } = await startCommandPorts(config, log, (_base, { database }) => ({
    database,
  }))
  const { pool } = value(roots.database)
  return { people: createPersonStore(pool), keys: createKeyStore(pool), pool, newId: base.newId, stop }
}
