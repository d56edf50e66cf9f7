import type { LogReader } from '../../../kafka/log-reader.ts'
import { readRange } from '../../../kafka/read-partitions.ts'
import { type KafkaOffset, type KafkaPartition, partitionKey } from '../../../kafka/types.ts'
import { abortAfter } from '../../../runtime/within.ts'
import type { KafkaContext } from './context.ts'
import { mergeByCommitTime } from './log-item.ts'
import { toOffsets } from './position.ts'
import { type BufferLimits, RecentEvents } from './recent-events.ts'

export interface BroadcastOptions extends KafkaContext {
  buffer: BufferLimits
  /** limits of reading back at the start, for subscribers that resume */
  readBack: { events: number; hours: number; ms: number }
}

export interface StartOptions extends BroadcastOptions {
  reader: LogReader
  partitions: KafkaPartition[]
  /** of cluster and topics */
  identity: string
  /** deliver what was written since this time, or from the first record; otherwise from now on */
  since: Date | 'earliest' | undefined
  signal: AbortSignal
}

/** Finds the offsets where live delivery starts, and reads back the events before them. */
export async function startBroadcast(options: StartOptions): Promise<RecentEvents> {
  const { reader, names, partitions, identity, readBack, buffer, signal, log } = options
  const { from, until } = await findStart(options)
  const recent = new RecentEvents(identity, toOffsets(from, names), buffer)
  try {
    await readRange({
      reader,
      from,
      until,
      signal: AbortSignal.any([signal, abortAfter(readBack.ms)]),
      onFetched(fetched) {
        for (const item of mergeByCommitTime(fetched, names)) recent.read(item)
      },
    })
  } catch (error) {
    if (signal.aborted) throw error
    log.warn({ err: error, partitions }, 'could not read back earlier events; replays are read from Kafka')
    return new RecentEvents(identity, toOffsets(until, names), buffer)
  }
  recent.skipTo(until, names)
  return recent
}

async function findStart({
  reader,
  partitions,
  since,
  readBack,
  clock,
}: StartOptions): Promise<{ from: KafkaOffset[]; until: KafkaOffset[] }> {
  const oldest = new Date(clock.now().getTime() - readBack.hours * 3_600_000)
  const [earliest, aged, until] = await Promise.all([
    reader.offsets(partitions, 'earliest'),
    reader.offsets(partitions, oldest),
    reader.offsets(partitions, since ?? 'latest'),
  ])
  const share = Math.ceil(readBack.events / partitions.length)
  const offsetIn = (some: KafkaOffset[], key: string): number =>
    some.find((one) => partitionKey(one) === key)!.offset
  const from = until.map((end) => {
    const key = partitionKey(end)
    const back = Math.max(offsetIn(earliest, key), offsetIn(aged, key), end.offset - share)
    return { ...end, offset: Math.min(end.offset, back) }
  })
  return { from, until }
}
