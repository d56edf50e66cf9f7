/** A question that waits for its answers. */
interface Pending {
  /** the processes that have not answered yet */
  expected: Set<string>
  answers: unknown[]
  /** the asking process has read its own question, so the broker has it */
  published: boolean
  resolve: () => void
}

const MAX_PENDING = 1_000

/** The questions of one process whose answers are not complete. */
export class PendingQuestions {
  readonly #self: string
  readonly #pending = new Map<string, Pending>()

  /** @param self the id of this process, which answers its own questions too */
  constructor(self: string) {
    this.#self = self
  }

  get full(): boolean {
    return this.#pending.size >= MAX_PENDING
  }

  /** Resolves when this process and all of `others` have answered or left, or with `close`. */
  async open(id: string, others: Iterable<string>): Promise<void> {
    await new Promise<void>((resolve) => {
      const expected = new Set([this.#self, ...others])
      this.#pending.set(id, { expected, answers: [], published: false, resolve })
    })
  }

  addAnswer(id: string, from: string, body: unknown): void {
    const pending = this.#pending.get(id)
    if (!pending) return
    pending.answers.push(body)
    if (from === this.#self) pending.published = true
    pending.expected.delete(from)
    if (pending.expected.size === 0) pending.resolve()
  }

  /** Waits no longer for a process that has left. */
  removeProcess(other: string): void {
    for (const { expected, resolve } of this.#pending.values()) {
      expected.delete(other)
      if (expected.size === 0) resolve()
    }
  }

  /** @returns the answers so far; undefined when the question itself has not been read back */
  close(id: string): unknown[] | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    return pending?.published ? pending.answers : undefined
  }

  /** Ends all waiting. */
  abandon(): void {
    for (const { resolve } of this.#pending.values()) resolve()
  }
}
