import { DomainError } from '../../domain/errors.ts'
import type { Limiter } from '../../domain/limits.ts'
import type { Principal } from '../../domain/request.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { WsLimits } from './limits.ts'
import type { WsMetrics } from './metrics.ts'
import { CLOSE, type Transport } from './transport.ts'

/** The limits on connections, which WebSockets and event streams share, and the connections that are open. */
export interface Admission {
  /**
   * Takes a place.
   * @param documentId undefined for a feed over many documents
   * @throws DomainError unavailable when the server stops or is full, too-many-requests for a limit of the address
   */
  take(address: string, documentId: string | undefined): Place
  /** From now on, nobody is admitted. */
  drain(): void
  /** Closes every connection with 1001, and terminates those that do not end in time. */
  closeAll(): Promise<void>
}

export interface Place {
  /** Keeps the place until the connection has ended. */
  keepFor(transport: Transport): void
  /** Counts it for its user, too. @throws TooManyRequests */
  countFor(principal: Principal): void
  /** Gives it back, unless it is kept. */
  release(): void
}

/** Close codes with a label of their own in the metrics; clients can send others. */
const KNOWN_CODES = new Set([1000, 1001, 1005, 1006, 1008, 1009, 1013])

export interface AdmissionOptions {
  limits: WsLimits
  /** of clients */
  limiter: Limiter
  log: Logger
  metrics: WsMetrics | undefined
}

export function createAdmission({ limits, limiter, log, metrics }: AdmissionOptions): Admission {
  const open = new Set<Transport>()
  const documents = createCounts()
  let taken = 0
  let isDraining = false
  let onEmpty: (() => void) | undefined

  const check = (documentId: string | undefined): void => {
    if (isDraining) throw new DomainError('unavailable', 'this server is stopping')
    if (taken >= limits.connections) throw new DomainError('unavailable', 'too many connections')
    if (documentId !== undefined && documents.of(documentId) >= limits.connectionsPerDocument)
      throw new DomainError('unavailable', 'too many connections for this document')
  }

  return {
    take(address, documentId) {
      check(documentId)
      const releases = [limiter.hold('sockets', 'address', address)]
      taken++
      if (documentId !== undefined) documents.add(documentId, 1)
      let isHeld = true
      const release = (): void => {
        if (!isHeld) return
        isHeld = false
        taken--
        for (const each of releases) each()
        if (documentId !== undefined) documents.add(documentId, -1)
      }
      let isKept = false
      return {
        keepFor(transport) {
          isKept = true
          open.add(transport)
          transport.onceClosed((code) => {
            open.delete(transport)
            release()
            metrics?.closed.inc({ code: KNOWN_CODES.has(code) ? code : 'other' })
            if (open.size === 0) onEmpty?.()
          })
          // It was admitted before the drain, and took its time.
          if (isDraining) transport.close(CLOSE.goingAway, STOPPING)
        },
        countFor(principal) {
          if (principal.kind === 'user') releases.push(limiter.hold('sockets', 'principal', principal.id))
        },
        release: () => void (isKept || release()),
      }
    },
    drain: () => void (isDraining = true),
    async closeAll() {
      isDraining = true
      if (open.size === 0) return
      const emptied = new Promise<void>((resolve) => (onEmpty = resolve))
      for (const transport of open) transport.close(CLOSE.goingAway, STOPPING)
      const timer = setTimeout(() => {
        log.debug({ connections: open.size }, 'clients that did not answer the close are cut off')
        open.forEach((transport) => transport.terminate())
      }, limits.stopMs)
      await emptied
      clearTimeout(timer)
    },
  }
}

const STOPPING = 'this server is stopping'

function createCounts() {
  const counts = new Map<string, number>()
  return {
    of: (key: string): number => counts.get(key) ?? 0,
    add(key: string, by: number): void {
      const count = (counts.get(key) ?? 0) + by
      if (count > 0) counts.set(key, count)
      else counts.delete(key)
    },
  }
}
