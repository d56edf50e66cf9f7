import { and, asc, eq, sql } from 'drizzle-orm'
import type { Pool } from 'pg'
import { queryBuilder, run } from '../../../db/query-builder.ts'
import { changesDeadLetters } from '../../../db/schema.ts'
import type { ChangeEvent } from '../../../domain/change.ts'
import { type DeadLetter, type DeadLetters, describeFailure } from '../delivery/dead-letters.ts'

const PAGE_SIZE = 100

/** The table changes.dead_letters. */
export function createDeadLetterStore(pool: Pool): DeadLetters {
  const database = queryBuilder(pool)
  const { consumer, position, recorded_at } = changesDeadLetters
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

    async *list() {
      let after = sql`('', '')`
      for (;;) {
        const rows = await run(
          database
            .select()
            .from(changesDeadLetters)
            .where(sql`(${consumer}, ${position}) > ${after}`)
            .orderBy(asc(consumer), asc(position))
            .limit(PAGE_SIZE),
        )
        yield* rows.map(letterOf)
        const last = rows.at(-1)
        if (!last) return
        after = sql`(${last.consumer}, ${last.position})`
      }
    },

    async settle({ consumer: name, event, recordedAt }) {
      const isLetter = and(eq(consumer, name), eq(position, event!.position), eq(recorded_at, recordedAt))
      await run(database.delete(changesDeadLetters).where(isLetter))
    },
  }
}

function letterOf(row: typeof changesDeadLetters.$inferSelect): DeadLetter {
  const { consumer, position, error, recorded_at: recordedAt } = row
  const event = JSON.parse(row.event) as ChangeEvent
  return { id: `${consumer}/${position}`, consumer, recordedAt, error, event }
}
