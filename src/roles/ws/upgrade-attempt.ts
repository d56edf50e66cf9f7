import type { IncomingMessage } from 'node:http'
import type { Usage } from '../../domain/limits.ts'
import { nameOf, type Principal } from '../../domain/request.ts'
import { requestIdOf } from '../../domain/request-id.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import { childTraceparent, traceIdOf } from '../../runtime/trace.ts'
import { WS_PATH } from './upgrade-request.ts'

/** A request for a WebSocket, and what becomes known of it. */
export interface UpgradeAttempt {
  readonly requestId: string
  readonly clientAddress: string
  /** anonymous until the client is signed in */
  principal: Principal
  readonly usages: Usage[]
  documentId: string | undefined
  /** performance.now() */
  readonly begun: number
}

export interface UpgradeAttempts {
  /** The same for the same request. */
  of(request: IncomingMessage): UpgradeAttempt
  /**
   * Logs the line of the request, as REST does. It has no query, which can hold a token.
   * @param outcome.closed the code with which the connection was closed at once
   */
  answered(request: IncomingMessage, outcome: { status: number; failed?: boolean; closed?: number }): void
}

export function createUpgradeAttempts(options: {
  log: Logger
  newId: NewId
  addressOf: (request: IncomingMessage) => string
}): UpgradeAttempts {
  const { log, newId, addressOf } = options
  const known = new WeakMap<IncomingMessage, UpgradeAttempt>()
  const of = (request: IncomingMessage): UpgradeAttempt => {
    const attempt = known.get(request) ?? {
      requestId: requestIdOf(request.headers['x-request-id'], newId),
      clientAddress: addressOf(request),
      principal: { kind: 'anonymous' },
      usages: [],
      documentId: undefined,
      begun: performance.now(),
    }
    known.set(request, attempt)
    return attempt
  }
  return {
    of,
    answered(request, { status, failed, closed }) {
      const { requestId, clientAddress, principal, documentId, begun } = of(request)
      const level = failed === true ? 'error' : 'info'
      if (!log.isLevelEnabled(level)) return
      log[level](
        {
          requestId,
          trace: traceIdOf(childTraceparent(request.headers['traceparent'] as string | undefined)),
          principal: nameOf(principal),
          address: clientAddress,
          method: request.method,
          route: WS_PATH.exec(request.url ?? '')?.[1] ? '/ws/{document_id}' : '/ws',
          document: documentId,
          status,
          ms: Math.round((performance.now() - begun) * 10) / 10,
          closed,
        },
        'request',
      )
    },
  }
}
