/**
 * Views that Redis may have counted or not, because the answer of their read was lost. The next `fill` of the document
 * then must not count them in Redis again.
 */
export interface UncertainViews {
  add(id: string): void
  /** Removes one of the document; false when there is none. */
  take(id: string): boolean
}

/** Maximum number of documents. Beyond it all are forgotten, and Redis may count one view too many of each. */
const MAX_DOCUMENTS = 10_000

export function createUncertainViews(): UncertainViews {
  const counts = new Map<string, number>()
  return {
    add(id) {
      if (counts.size >= MAX_DOCUMENTS) counts.clear()
      counts.set(id, (counts.get(id) ?? 0) + 1)
    },
    take(id) {
      const count = counts.get(id)
      if (count === undefined) return false
      if (count > 1) counts.set(id, count - 1)
      else counts.delete(id)
      return true
    },
  }
}
