import { type KafkaOffset, type KafkaPartition, partitionKey } from './types.ts'

interface Progress extends KafkaPartition {
  /** offset of the first record that is not done */
  done: number
  committed: number
  /** one after the last record of the partition */
  end: number
}

/** How far a group member is in each of its partitions, and what it has committed. */
export class PartitionProgress {
  readonly #partitions: ReadonlyMap<string, Progress>
  #committing: Promise<void> | undefined

  /**
   * @param from where the member starts
   * @param ends of the same partitions
   */
  constructor(from: KafkaOffset[], ends: KafkaOffset[]) {
    this.#partitions = new Map(
      from.map(({ topic, partition, offset }) => [
        partitionKey({ topic, partition }),
        { topic, partition, done: offset, committed: offset, end: offset },
      ]),
    )
    this.setEnds(ends)
  }

  get partitions(): KafkaPartition[] {
    return Array.from(this.#partitions.values(), ({ topic, partition }) => ({ topic, partition }))
  }

  /** records that are not done */
  get lag(): number {
    let lag = 0
    for (const { done, end } of this.#partitions.values()) lag += Math.max(0, end - done)
    return lag
  }

  setEnds(ends: KafkaOffset[]): void {
    for (const one of ends) {
      const progress = this.#partitions.get(partitionKey(one))
      if (progress) progress.end = Math.max(progress.end, one.offset)
    }
  }

  /** Everything before the offset is done. */
  advance(one: KafkaOffset): void {
    const progress = this.#partitions.get(partitionKey(one))
    if (progress) progress.done = Math.max(progress.done, one.offset)
  }

  /**
   * Commits what is done. One commit is in flight at a time, so that none overtakes another.
   * @throws what `send` throws; the next commit repeats it
   */
  async commit(send: (offsets: KafkaOffset[]) => Promise<void>): Promise<void> {
    while (this.#committing) await this.#committing.catch(() => {})
    const offsets = [...this.#partitions.values()]
      .filter(({ done, committed }) => done > committed)
      .map(({ topic, partition, done }) => ({ topic, partition, offset: done }))
    if (offsets.length === 0) return
    this.#committing = send(offsets)
    try {
      await this.#committing
    } finally {
      this.#committing = undefined
    }
    for (const one of offsets) this.#partitions.get(partitionKey(one))!.committed = one.offset
  }
}
