import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { ChangeEvent } from '../../domain/change.ts'
import { isProblem } from '../../domain/errors.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { Logger } from '../../runtime/logger.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { childTraceparent } from '../../runtime/trace.ts'
import { within } from '../../runtime/within.ts'
import type { DocumentOwner } from './access.ts'

/** Of an existing document its owner. `unknown`: the document role cannot be asked now. */
export type Lookup = DocumentOwner | 'absent' | 'unknown'

/**
 * Which documents exist, and whose they are. This role has no database: it learns from the events that pass through, and
 * asks the document role about others.
 */
export interface KnownDocuments {
  /** Takes note of the events of the feed. */
  observe(events: readonly ChangeEvent[]): void
  /** Events may have been missed. */
  clear(): void
  /** The owner of a document, even of a deleted one; undefined when nobody has asked yet. */
  ownerOf(documentId: string): DocumentOwner | 'absent' | undefined
  /** Never rejects. A document that was committed before is never `absent`, a deleted one always. */
  find(documentId: string): Promise<Lookup>
}

interface Known extends DocumentOwner {
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
const NEVER_SEEN: Known = { version: 0, created_by: '', deleted: true }

export function createKnownDocuments(
  documents: Pick<Documents, 'get'>,
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
        const { version, created_by, deleted_at } = row
        memory.learn(key, { version, created_by, deleted: value.op === 'd' || deleted_at !== null })
      }
    },
    clear: () => memory.clear(),
    ownerOf(id) {
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
  documents: Pick<Documents, 'get'>,
  { learn, recall }: ReturnType<typeof createMemory>,
  newId: () => string,
  log: Logger,
): (id: string) => Promise<Lookup> {
  const calls = createSemaphore(MAX_CALLS)
  let awayUntil = -Infinity

  /** @throws DomainError document-not-found, unavailable, deadline-exceeded */
  const ask = async (id: string): Promise<void> => {
    const { version, created_by } = await documents.get(id, contextOf(newId))
    learn(id, { version, created_by, deleted: false })
  }
  const askTwice = async (id: string): Promise<void> => {
    try {
      await ask(id)
    } catch (error) {
      if (!isProblem(error, 'document-not-found')) throw error
      await delay(SECOND_LOOK_MS)
      if (!recall(id)) await ask(id)
    }
  }
  return async (id) => {
    if (performance.now() < awayUntil) return 'unknown'
    try {
      await within(
        FIND_MS,
        calls.run(() => askTwice(id)),
      )
      return recall(id) ?? 'unknown'
    } catch (error) {
      if (isProblem(error, 'document-not-found')) {
        learn(id, NEVER_SEEN)
        return recall(id) ?? 'absent'
      }
      awayUntil = performance.now() + AWAY_MS
      log.warn({ err: error }, 'the document role cannot be asked; every document is taken to exist')
      return 'unknown'
    }
  }
}

/** Of a call of the role itself. */
function contextOf(newId: () => string): RequestContext {
  return {
    principal: { kind: 'system', name: 'ws' },
    requestId: newId(),
    traceparent: childTraceparent(undefined),
    clientAddress: 'unknown',
    signal: new AbortController().signal,
  }
}
