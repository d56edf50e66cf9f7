/** First in, first out; taking items does not move those that remain. */
export class Queue<T> {
  #items: T[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  get first(): T | undefined {
    return this.#items[this.#head]
  }

  get last(): T | undefined {
    return this.length === 0 ? undefined : this.#items.at(-1)
  }

  push(item: T): void {
    this.#items.push(item)
  }

  /** Removes and returns the first item. */
  shift(): T | undefined {
    const { first } = this
    if (this.length > 0) this.#dropUntil(this.#head + 1)
    return first
  }

  /** Removes and returns at most `limit` items. */
  take(limit: number): T[] {
    const end = Math.min(this.#head + limit, this.#items.length)
    const taken = this.#items.slice(this.#head, end)
    this.#dropUntil(end)
    return taken
  }

  #dropUntil(end: number): void {
    this.#head = end
    if (end > 1024 || end === this.#items.length) {
      this.#items.splice(0, end)
      this.#head = 0
    }
  }

  *[Symbol.iterator](): Generator<T, void> {
    for (let index = this.#head; index < this.#items.length; index++) yield this.#items[index]!
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }
}
