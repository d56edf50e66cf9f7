import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { ChangeEvent } from '../../domain/change.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { Logger } from '../../runtime/logger.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { childTraceparent } from '../../runtime/trace.ts'
import { within } from '../../runtime/within.ts'
import { type DocumentReaders, readersOf } from './access.ts'

/** Of an existing document its readers. `unknown`: the document role cannot be asked now. */
export type Lookup = DocumentReaders | 'absent' | 'unknown'

/**
 * Which documents exist, and who may read them. This role has no database: it learns from the events that pass through, and
 * asks the document role about others.
 */
export interface KnownDocuments {
  /** Takes note of the events of the feed. */
  observe(events: readonly ChangeEvent[]): void
  /** Events may have been missed. */
  clear(): void
  /** The readers of a document, even of a deleted one; undefined when nobody has asked yet. */
  readersOf(documentId: string): DocumentReaders | 'absent' | undefined
  /** Never rejects. A document that was committed before is never `absent`, a deleted one always. */
  find(documentId: string): Promise<Lookup>
  /** The same, asked again: what events have said can be older than a grant that a client knows of. */
  confirm(documentId: string): Promise<Lookup>
}

interface Known extends DocumentReaders {
  /** 0: it did not exist when the document role was asked */
  version: number
  deleted: boolean
}

const MAX_KNOWN = 20_000
const MAX_CALLS = 32
/** including the wait for other calls */
const FIND_MS = 3_000
/** An event can be seen before its row is visible to another connection. */
const SECOND_LOOK_MS = 100
/** While the document role is away, it is asked once in this time. */
const AWAY_MS = 5_000
const NEVER_SEEN: Known = { version: 0, readers: [], deleted: true }

export function createKnownDocuments(
  documents: Pick<Documents, 'access'>,
  newId: () => string,
  log: Logger,
): KnownDocuments {
  const memory = createMemory()
  const running = new Map<string, Promise<Lookup>>()
  const look = createLooking(documents, memory, newId, log)
  return {
    observe(events) {
      for (const { topic, key, value } of events) {
        const row = value.after ?? value.before
        if (topic !== 'cdc.documents' || !row || !('created_by' in row)) continue
        const { version, deleted_at } = row
        const deleted = value.op === 'd' || deleted_at !== null
        memory.learn(key, { version, readers: readersOf(row), deleted })
      }
    },
    clear: () => memory.clear(),
    readersOf(id) {
      const found = memory.get(id)
      return found?.version === 0 ? 'absent' : found
    },
    async find(id) {
      const found = memory.recall(id)
      if (found) return found
      const lookup = running.get(id) ?? look(id).finally(() => running.delete(id))
      running.set(id, lookup)
      return lookup
    },
    confirm: look,
  }
}

function createMemory() {
  const known = new LRUCache<string, Known>({ max: MAX_KNOWN })
  return {
    get: (id: string) => known.get(id),
    clear: () => known.clear(),
    learn(id: string, next: Known): void {
      if ((known.peek(id)?.version ?? 0) <= next.version) known.set(id, next)
    },
    /** What events and earlier answers say; that a document did not exist is no longer certain. */
    recall(id: string): Lookup | undefined {
      const found = known.get(id)
      if (!found || found.version === 0) return undefined
      return found.deleted ? 'absent' : found
    },
  }
}

/** Asks the document role about one document. */
function createLooking(
  documents: Pick<Documents, 'access'>,
  { learn, recall }: ReturnType<typeof createMemory>,
  newId: () => string,
  log: Logger,
): (id: string) => Promise<Lookup> {
  const calls = createSemaphore(MAX_CALLS)
  let awayUntil = -Infinity

  /** @returns whether there is such a document. @throws DomainError unavailable, deadline-exceeded */
  const ask = async (id: string): Promise<boolean> => {
    const found = (await documents.access([id], contextOf(newId))).get(id)
    if (found) learn(id, { version: found.version, readers: found.readers, deleted: false })
    return found !== undefined
  }
  const askTwice = async (id: string): Promise<void> => {
    if (await ask(id)) return
    await delay(SECOND_LOOK_MS)
    if (!recall(id) && !(await ask(id))) learn(id, NEVER_SEEN)
  }
  return async (id) => {
    if (performance.now() < awayUntil) return 'unknown'
    try {
      await within(
        FIND_MS,
        calls.run(() => askTwice(id)),
      )
      return recall(id) ?? 'absent'
    } catch (error) {
      awayUntil = performance.now() + AWAY_MS
      log.warn(
        { err: error },
        'the document role cannot be asked which documents exist, and who may read them',
      )
      return 'unknown'
    }
  }
}

/** Of a call of the role itself. */
export function contextOf(newId: () => string): RequestContext {
  return {
    principal: { kind: 'system', name: 'ws' },
    requestId: newId(),
    traceparent: childTraceparent(undefined),
    clientAddress: 'unknown',
    signal: new AbortController().signal,
  }
}
