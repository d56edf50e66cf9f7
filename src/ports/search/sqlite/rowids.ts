import type { IndexFile } from './index-file.ts'
import { LRUCache } from 'lru-cache'

/** Rowids for one second. */
const IN_A_SECOND = 65_536
const MICROSECONDS = 1_000_000
/** In the year 2106; all rowids are exact as numbers. */
const LAST_SECOND = 2 ** 32 - 1

/** The first rowid for documents that were created at this time. @param time microseconds since 1970 */
export function firstRowid(time: number): number {
  const seconds = Math.min(Math.max(Math.floor(time / MICROSECONDS), 0), LAST_SECOND)
  const fraction = Math.min(Math.max(time - seconds * MICROSECONDS, 0), MICROSECONDS - 1)
  return seconds * IN_A_SECOND + Math.floor((fraction * IN_A_SECOND) / MICROSECONDS)
}

/**
 * A free rowid for a document that was created at this time: the later, the larger. Of documents of the same second the
 * fraction decides, and where its rowid is taken the next free one.
 */
export function createRowids(database: IndexFile): (createdAt: number) => number {
  const nextFree = database.prepare(`
    WITH RECURSIVE candidate(rowid) AS (
      VALUES (?)
      UNION ALL
      SELECT rowid + 1 FROM candidate WHERE EXISTS (SELECT 1 FROM documents WHERE documents.rowid = candidate.rowid)
    )
    SELECT max(rowid) AS rowid FROM candidate`)
  // So that many documents of the same time do not each look at all before them.
  const lastOf = new LRUCache<number, number>({ max: 1_000 })
  return (createdAt) => {
    const place = firstRowid(createdAt)
    const { rowid } = nextFree.get(Math.max(1, lastOf.get(place) ?? place)) as { rowid: number }
    lastOf.set(place, rowid)
    return rowid
  }
}
