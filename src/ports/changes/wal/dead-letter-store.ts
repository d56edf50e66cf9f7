import type { Pool } from 'pg'
import { type DeadLetters, describeFailure } from '../delivery/dead-letters.ts'

/** The table changes.dead_letters. */
export function createDeadLetterStore(pool: Pool): DeadLetters {
  return {
    async add(consumer, event, error) {
      await pool.query(
        `insert into changes.dead_letters (consumer, position, event, error) values ($1, $2, $3, $4)
         on conflict (consumer, position) do update set error = excluded.error, recorded_at = excluded.recorded_at`,
        [consumer, event.position, JSON.stringify(event), describeFailure(error)],
      )
    },
    async count() {
      const { rows } = await pool.query('select count(*)::int as count from changes.dead_letters')
      return rows[0].count
    },
  }
}
