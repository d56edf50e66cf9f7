import { backoffMs, pause } from '../backoff.ts'
import type { KafkaClient } from './client.ts'
import type { KafkaLink } from './link.ts'

export interface KeepLinkedOptions {
  client: KafkaClient
  /** ends it; the work must heed it too */
  signal: AbortSignal
  random: () => number
  /** Calls `onWorking` when it has got as far as to work. It may end by itself, and is then begun anew. */
  work: (link: KafkaLink, onWorking: () => void) => Promise<void>
  /** @param failures since it last worked, at least 1 */
  onFailure: (error: Error, failures: number) => void
}

const BACKOFF = { firstMs: 100, limitMs: 5_000 }

/** Works with connections of its own until the signal; after a failure with new ones, a little later each time. */
export async function keepLinked(options: KeepLinkedOptions): Promise<void> {
  const { client, signal, random, work, onFailure } = options
  let failures = 0
  while (!signal.aborted) {
    const link = client.link()
    try {
      await work(link, () => (failures = 0))
    } catch (error) {
      if (signal.aborted) return
      onFailure(error as Error, ++failures)
      await pause(backoffMs(failures, BACKOFF, random), signal)
    } finally {
      await link.close()
    }
  }
}
