import type { Pool } from 'pg'
import { type ChangeEvent, documentIdOf, type Position } from '../../../domain/change.ts'
import { DomainError } from '../../../domain/errors.ts'
import type { Clock } from '../../../runtime/clock.ts'
import { TOPICS } from '../../../domain/topics.ts'
import type { HistoryLimits, ResetReason } from '../driver.ts'
import type { Consumer } from '../port.ts'
import { parsePosition } from './position.ts'

/** The recent events of every document (table changes.history). */
export interface History {
  /** appends every event */
  consumer: Consumer
  /** The position after which every event is kept. */
  oldest(): Promise<Position>
  /** @param after a well-formed position of the current epoch */
  read(documentId: string | undefined, after: Position, limit: number): Promise<ChangeEvent[] | ResetReason>
  /** Removes what is older than the limits; positions before it become unknown. @returns how many events */
  prune(): Promise<number>
}

/** A resume waits for the history, so its batches are frequent. */
const PACE_MS = 20
/** maximum number of events that one transaction removes */
const PRUNE_ROWS = 5_000
/** Counting walks an index over all events, so it is done once for this part of `maxEvents` that was appended. */
const SPARE_PART = 1 / 20

export function createHistory(pool: Pool, slot: string, limits: HistoryLimits, clock: Clock): History {
  const spare = Math.floor(limits.maxEvents * SPARE_PART)
  let appended = Infinity
  return {
    consumer: {
      name: 'history',
      topics: TOPICS,
      delivery: 'every-instance',
      maxBatch: 1_000,
      paceMs: PACE_MS,
      handle(events) {
        appended += events.length
        return append(pool, events)
      },
    },
    async oldest() {
      const { rows } = await pool.query<{ history_floor: string }>(
        'select history_floor from changes.feeds where slot = $1',
        [slot],
      )
      if (!rows[0]) throw new Error('the change feed has not started yet')
      return rows[0].history_floor
    },
    read: (documentId, after, limit) => read(pool, slot, documentId, after, limit),
    async prune() {
      const oldest = new Date(clock.now().getTime() - limits.maxAgeHours * 3_600_000)
      const own = await ownRange(pool, slot)
      await removeOtherEpochs(pool, own)
      const bounds = [await lastBefore(pool, own, oldest)]
      if (appended > spare) {
        bounds.push(await lastBeyond(pool, own, limits.maxEvents - spare))
        appended = 0
      }
      const bound = bounds
        .filter((position) => position !== undefined)
        .sort()
        .at(-1)
      return bound === undefined ? 0 : removeUpTo(pool, { slot, own, bound })
    },
  }
}

/**
 * One statement for the batch. The texts are lines of one parameter, which is cheaper than quoting an array; JSON has no
 * line breaks.
 */
async function append(pool: Pool, events: ChangeEvent[]): Promise<void> {
  const positions: string[] = []
  const documents: string[] = []
  const texts: string[] = []
  for (const { topic, key, value, position } of events) {
    const document = documentIdOf({ topic, key, value, position } as ChangeEvent)
    // A delete without the old row: the table's replica identity is not FULL.
    if (document === undefined) continue
    positions.push(position)
    documents.push(document)
    texts.push(JSON.stringify({ topic, key, value }))
  }
  try {
    await pool.query(
      `insert into changes.history (position, document_id, event)
       select * from unnest(
         string_to_array($1, E'\\n'), string_to_array($2, E'\\n')::uuid[], string_to_array($3, E'\\n'))
       on conflict do nothing`,
      [positions.join('\n'), documents.join('\n'), texts.join('\n')],
    )
  } catch (error) {
    // No event can make this statement fail, so the database is unavailable.
    const detail = `cannot write the history: ${(error as Error).message}`
    throw new DomainError('unavailable', detail, { cause: error })
  }
}

async function read(
  pool: Pool,
  slot: string,
  documentId: string | undefined,
  after: Position,
  limit: number,
): Promise<ChangeEvent[] | ResetReason> {
  const isOne = documentId !== undefined
  const epoch = parsePosition(after)!.epoch
  // One statement, so that the floor belongs to the rows.
  const { rows } = await pool.query<{ floor: string; position: string | null; event: string | null }>(
    `select f.history_floor as floor, h.position, h.event
       from changes.feeds f left join lateral (
         select position, event from changes.history
          where position > $2 and position < $3 ${isOne ? 'and document_id = $5' : ''} order by position limit $4
       ) h on true
      where f.slot = $1 order by h.position`,
    [slot, after, endOf(epoch), limit, ...(isOne ? [documentId] : [])],
  )
  const floor = rows[0]?.floor
  if (!floor?.startsWith(`${epoch}-`)) return { reset: 'the position is unknown' }
  if (after < floor) return { reset: 'the position is too old' }
  return rows
    .filter(({ event }) => event !== null)
    .map(({ position, event }) => ({ ...JSON.parse(event!), position }) as ChangeEvent)
}

/** The smallest text after all positions of the epoch: '.' is the character after '-'. */
function endOf(epoch: string): string {
  return `${epoch}.`
}

/** Positions from `first` to before `end`. */
interface Range {
  first: string
  end: string
}

/** All positions of the current epoch. */
async function ownRange(pool: Pool, slot: string): Promise<Range> {
  const { rows } = await pool.query<{ epoch: string }>('select epoch from changes.feeds where slot = $1', [
    slot,
  ])
  const first = rows[0]?.epoch ?? ''
  return { first, end: endOf(first) }
}

/** Removes what a slow process wrote after a new epoch had begun. Each part is a range of the index, also as a parameter. */
async function removeOtherEpochs(pool: Pool, { first, end }: Range): Promise<void> {
  for (const [condition, bound, order] of [
    ['position < $1', first, 'position'],
    ['position >= $1', end, 'position desc'],
  ] as const)
    await removeInParts((rows) =>
      pool.query(
        `delete from changes.history where position in
           (select position from changes.history where ${condition} order by ${order} limit ${rows})`,
        [bound],
      ),
    )
}

/** The last position that was recorded before a time. Rows are recorded in the order of their positions. */
async function lastBefore(pool: Pool, own: Range, time: Date): Promise<Position | undefined> {
  const { rows } = await pool.query<{ position: Position }>(
    `select position from changes.history where recorded_at < $1 and position >= $2 and position < $3
      order by recorded_at desc, position desc limit 1`,
    [time.toISOString(), own.first, own.end],
  )
  return rows[0]?.position
}

/** The last position that is not among the newest `kept` ones. */
async function lastBeyond(pool: Pool, own: Range, kept: number): Promise<Position | undefined> {
  const { rows } = await pool.query<{ position: Position }>(
    `select position from changes.history where position >= $1 and position < $2
      order by position desc offset $3 limit 1`,
    [own.first, own.end, kept],
  )
  return rows[0]?.position
}

/** Raises the floor and removes the events up to it, in one statement, for each part. */
function removeUpTo(pool: Pool, { slot, own, bound }: { slot: string; own: Range; bound: Position }) {
  return removeInParts((rows) =>
    pool.query(
      `with leaving as (select position from changes.history where position >= $2 and position <= $3
                         order by position limit ${rows}),
            floor as (update changes.feeds
                         set history_floor = greatest(history_floor, (select max(position) from leaving))
                       where slot = $1 and exists (select from leaving))
       delete from changes.history where position in (select position from leaving)`,
      [slot, own.first, bound],
    ),
  )
}

/** @returns how many rows were removed */
async function removeInParts(
  remove: (rows: number) => Promise<{ rowCount: number | null }>,
): Promise<number> {
  for (let total = 0; ;) {
    const { rowCount } = await remove(PRUNE_ROWS)
    total += rowCount ?? 0
    if ((rowCount ?? 0) < PRUNE_ROWS) return total
  }
}
