import { sql } from 'drizzle-orm'
import type { Pool } from 'pg'
import { queryBuilder, run } from '../../../db/query-builder.ts'
import { changesDeadLetters } from '../../../db/schema.ts'
import { type DeadLetters, describeFailure } from '../delivery/dead-letters.ts'

/** The table changes.dead_letters. */
export function createDeadLetterStore(pool: Pool): DeadLetters {
  const database = queryBuilder(pool)
  return {
    async add(consumer, event, error) {
      const { position } = event
      const failure = describeFailure(error)
      const insert = database
        .insert(changesDeadLetters)
        .values({ consumer, position, event: JSON.stringify(event), error: failure })
        .onConflictDoUpdate({
          target: [changesDeadLetters.consumer, changesDeadLetters.position],
          set: { error: failure, recorded_at: sql`excluded.recorded_at` },
        })
      await run(insert)
    },
    count: () => run(database.$count(changesDeadLetters)),
  }
}
