/** What the parts of the change feed's contract share. */
import type { TestContext } from 'node:test'
import type { Pool } from 'pg'
import type { ChangeEvent } from '../domain/change.ts'
import type { ChangeFeed, Consumer } from '../ports/changes/port.ts'
import { startConsumers } from './changes.ts'

/** Which events are ordered: all of them as they were committed, or those of one topic about one document. */
export type FeedOrder = 'feed' | 'document'

export interface ChangeFeedHarness {
  order: FeedOrder
  /** An empty, migrated database, which is removed with everything opened on it when the test ends. */
  create(t: TestContext): Promise<ChangeFeedSubject>
}

export interface ChangeFeedSubject {
  pool: Pool
  /** A feed on the database: the first, or the one after a stop or a crash. */
  open(): Promise<ChangeFeed>
  /** Ends the feed as if its process had been killed. */
  crash(feed: ChangeFeed): void
  /** The events that no consumer could handle. */
  deadLetters(): Promise<{ consumer: string; event: ChangeEvent; error: string }[]>
}

export type FeedCases = Record<string, (subject: ChangeFeedSubject, order: FeedOrder) => Promise<void>>

/** Opens and starts a feed with these consumers. */
export const startFeed = async (subject: ChangeFeedSubject, ...consumers: Consumer[]): Promise<ChangeFeed> =>
  startConsumers(await subject.open(), consumers)

export const titlesOf = (events: ChangeEvent[]): string[] =>
  events.map(({ value }) => String((value.after ?? value.before)!['title' as never]))

export const versionsOf = (events: ChangeEvent[], id: string): number[] =>
  events.flatMap(({ topic, key, value }) =>
    topic === 'cdc.documents' && key === id ? [value.after!.version] : [],
  )

/** The items as they came where everything is ordered, otherwise sorted. */
export const inOrder = <T>(order: FeedOrder, items: T[]): T[] =>
  order === 'feed' ? items : [...items].sort()
