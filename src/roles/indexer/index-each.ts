import type { ChangeEvent } from '../../domain/change.ts'
import type { Consumer } from '../../ports/changes/port.ts'
import { isTransient } from '../../runtime/translate-error.ts'
import type { Retry } from './retry-transient.ts'

/** A document that could not be indexed, and why. */
export interface Failure {
  id: string
  reason: string
}

/**
 * Has the indexer handle events. A failing batch is halved until the failing event is alone.
 * @returns how many were indexed
 * @throws DomainError unavailable when the retries give up; the signal's reason
 */
export async function indexEach(
  events: readonly ChangeEvent[],
  { handle, maxBatch }: Pick<Consumer, 'handle' | 'maxBatch'>,
  { retry, signal }: Pick<Retry, 'retry' | 'signal'>,
  onFailure: (failure: Failure) => void,
): Promise<number> {
  async function indexBatch(batch: ChangeEvent[]): Promise<number> {
    try {
      await retry(() => handle(batch))
      return batch.length
    } catch (error) {
      signal.throwIfAborted()
      if (isTransient(error)) throw error
      if (batch.length === 1) {
        onFailure({ id: batch[0]!.key, reason: error instanceof Error ? error.message : String(error) })
        return 0
      }
      const middle = batch.length >> 1
      return (await indexBatch(batch.slice(0, middle))) + (await indexBatch(batch.slice(middle)))
    }
  }

  let indexed = 0
  for (let start = 0; start < events.length; start += maxBatch)
    indexed += await indexBatch(events.slice(start, start + maxBatch))
  return indexed
}
