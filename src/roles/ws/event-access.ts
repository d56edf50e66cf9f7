/** Which subscribers see which events, by who may read the documents. */
import { isReader } from '../../domain/access.ts'
import { type ChangeEvent, documentIdOf } from '../../domain/change.ts'
import { within } from '../../runtime/within.ts'
import { readersOf } from './access.ts'
import type { KnownDocuments } from './known-documents.ts'
import type { Subscriber, Subscription } from './subscriber.ts'

/** Other subscribers wait as long for their messages. */
const READERS_MS = 500

export type Visibility = (subscription: Subscription, event: ChangeEvent) => boolean | 'unknown'

/**
 * Whether a subscriber may see an event: it could read the document in the state that the event shows, and still can by
 * what is known now.
 */
export function createVisibility(known: KnownDocuments): Visibility {
  return ({ reach }, event) => {
    if (reach === 'all') return true
    const row = event.value.after ?? event.value.before
    if (row && 'created_by' in row && !isReader(readersOf(row), reach)) return false
    const now = known.readersOf(documentIdOf(event))
    if (now === undefined) return 'unknown'
    return now !== 'absent' && isReader(now.readers, reach)
  }
}

/** Asks for the readers that the events themselves do not name, for a limited time. */
export async function findReaders(known: KnownDocuments, events: readonly ChangeEvent[]): Promise<void> {
  const ids = new Set<string>()
  for (const event of events) {
    const id = documentIdOf(event)
    if (!known.readersOf(id)) ids.add(id)
  }
  const asked = Promise.all(Array.from(ids, (id) => known.find(id)))
  if (ids.size > 0) await within(READERS_MS, asked).catch(() => {})
}

/** Access to the one document that a subscriber has named, which can end while it is connected. */
export function createAccessChecks(known: KnownDocuments, all: Iterable<Subscriber>) {
  const unchecked = new Set<Subscriber>()
  const hasEnded = ({ documentId, reach }: Subscription): boolean => {
    if (documentId === undefined || reach === 'all') return false
    const now = known.readersOf(documentId)
    return now !== undefined && now !== 'absent' && !isReader(now.readers, reach)
  }
  const recheck = (): void => {
    for (const subscriber of unchecked) {
      void known.find(subscriber.subscription.documentId!).then((found) => {
        if (found === 'unknown') return
        unchecked.delete(subscriber)
        if (hasEnded(subscriber.subscription)) subscriber.endAccess()
      })
    }
  }
  return {
    hasEnded,
    recheck,
    recheckAll(): void {
      for (const subscriber of all) {
        const { documentId, reach } = subscriber.subscription
        if (documentId !== undefined && reach !== 'all') unchecked.add(subscriber)
      }
      recheck()
    },
    forget: (subscriber: Subscriber): void => void unchecked.delete(subscriber),
  }
}
