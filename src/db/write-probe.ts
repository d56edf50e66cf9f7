import type { Pool } from 'pg'
import { DomainError } from '../domain/errors.ts'
import { inTransaction, queryRows } from './query.ts'

/** Readiness is asked often, and on several ports: in between only the connection is tried. */
const WRITE_INTERVAL_MS = 5_000
/** More than the memory that the statement may use, so that the server writes about 200 KB to a temporary file. */
const ROWS = 10_000

/**
 * Checks whether the server can be read and written. It writes a temporary file, which takes space like any table but
 * leaves nothing in tables, catalogs or the log, and never reaches the disk itself.
 */
export function createWriteProbe(pool: Pool): () => Promise<undefined> {
  let written = -Infinity

  const write = async (): Promise<void> => {
    const { rows } = await inTransaction(pool, async (client) => {
      await client.query(`SET LOCAL work_mem = '64kB'`)
      return client.query<{ read_only: string; count: string }>(
        `SELECT current_setting('transaction_read_only') AS read_only, count(*) FROM generate_series(1, ${ROWS})`,
      )
    })
    if (rows[0]?.read_only === 'on')
      throw new DomainError('unavailable', 'the database accepts no changes: it is a standby, or read-only')
  }

  return async () => {
    if (performance.now() - written < WRITE_INTERVAL_MS) {
      await queryRows(pool, 'SELECT 1')
    } else {
      await write()
      written = performance.now()
    }
    return undefined
  }
}
