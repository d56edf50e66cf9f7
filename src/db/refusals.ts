import type { Pool } from 'pg'
import type { Refusals } from '../domain/refusals.ts'
import type { Logger } from '../runtime/logger.ts'
import { createRefusalQueue } from '../runtime/refusal-queue.ts'
import { actingAs, actorOf } from './acting.ts'
import { queryRows } from './query.ts'

const RECORD = `SELECT history.record_refusal($1, $2) FROM ${actingAs(3)}`
const RECORD_OF_SIGNATURE = `
  SELECT history.record_refusal(s.document_id, $2) FROM ${actingAs(3)}, signatures.signatures s WHERE s.id = $1`

/** Refusals that are written to the histories, each in a transaction of its own. */
export const createRefusals = ({ pool, log }: { pool: Pool; log: Logger }): Refusals =>
  createRefusalQueue(async ({ refused, tried, caller }) => {
    const [text, id] =
      'document' in refused ? [RECORD, refused.document] : [RECORD_OF_SIGNATURE, refused.signature]
    await queryRows(pool, text, [id, tried, actorOf(caller)])
  }, log)
