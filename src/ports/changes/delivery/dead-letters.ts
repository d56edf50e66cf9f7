import type { Pool } from 'pg'
import type { ChangeEvent } from '../../../domain/change.ts'

/** Events that a consumer could not process, kept for the operator. */
export interface DeadLetters {
  /** Durable when it resolves; once per consumer and position. */
  add(consumer: string, event: ChangeEvent, error: unknown): Promise<void>
  count(): Promise<number>
}

export function createDeadLetters(pool: Pool): DeadLetters {
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

/** An error's stack, bounded. PostgreSQL's text cannot hold the character 0. */
export function describeFailure(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return text.replaceAll('\0', '').slice(0, 10_000)
}
