import type { TextState } from '../domain/text-state.ts'
import { randomUUID } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import type { ChangeEvent } from '../domain/change.ts'
import { TOPICS } from '../domain/topics.ts'
import type { ChangeFeed, Consumer } from '../ports/changes/port.ts'
import { eventually } from './deadline.ts'

export interface RecordingConsumer extends Consumer {
  /** everything handled, in order */
  events: ChangeEvent[]
  /** sizes of the batches handled */
  batches: number[]
  resets: string[]
  /** Resolves when `count` events have been handled. */
  reached(count: number, ms?: number): Promise<ChangeEvent[]>
}

/** A consumer that records what it handles. @param options `before` runs first in each `handle` and may throw */
export function recordingConsumer(
  options: Partial<Consumer> & { before?: (events: ChangeEvent[]) => void | Promise<void> } = {},
): RecordingConsumer {
  const { before, ...settings } = options
  const events: ChangeEvent[] = []
  const batches: number[] = []
  const resets: string[] = []
  return {
    name: 'recorder',
    topics: TOPICS,
    delivery: 'shared',
    maxBatch: 100,
    async handle(batch) {
      await before?.(batch)
      batches.push(batch.length)
      events.push(...batch)
    },
    onReset: (reason) => resets.push(reason),
    ...settings,
    events,
    batches,
    resets,
    reached: (count, ms) => eventually(`${count} events`, () => events.length >= count && events, ms),
  }
}

/** Registers the consumers and starts the feed. */
export async function startConsumers<Feed extends ChangeFeed>(
  feed: Feed,
  consumers: readonly Consumer[],
): Promise<Feed> {
  for (const consumer of consumers) await feed.consume(consumer)
  await feed.start()
  return feed
}

/** Commits a row of documents.documents. @param textState `empty`: nobody reads its text. @returns its id */
export async function insertDocument(
  db: Pool | PoolClient,
  title = 'A document',
  id: string = randomUUID(),
  textState: TextState = 'pending',
): Promise<string> {
  await db.query(
    `insert into documents.documents (id, title, content_size, s3_key, created_by, text_state)
     values ($1, $2, 36, $3, 'ada@example.com', $4)`,
    [id, title, `${id}/content`, textState],
  )
  return id
}

/** Commits a row of signatures.signatures. @returns its id */
export async function insertSignature(
  db: Pool | PoolClient,
  documentId: string,
  email = 'bob@example.com',
): Promise<string> {
  const id = randomUUID()
  await db.query(
    `insert into signatures.signatures (id, document_id, signer_email, signer_name) values ($1, $2, $3, 'Bob')`,
    [id, documentId, email],
  )
  return id
}
