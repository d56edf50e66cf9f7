import { type RequestContext, SIGNATURE_ROLE } from '../../domain/request.ts'
import type { Documents } from '../../ports/documents/port.ts'
import { backoffMs } from '../../runtime/backoff.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import { childTraceparent } from '../../runtime/trace.ts'
import { abortAfter, within } from '../../runtime/within.ts'
import type { Intent, IntentStore } from './intent-store.ts'
import { isRefusal } from './preconditions.ts'
import type { SigningLimits } from './signing-limits.ts'
import type { SigningMetrics } from './signing-metrics.ts'

export interface RetryIntentOptions {
  intents: IntentStore
  documents: Documents
  limits: SigningLimits
  log: Logger
  metrics: SigningMetrics
  newId: NewId
  /** from 0 to 1, for the jitter */
  random: () => number
}

/**
 * Moves the document of an open intent. Afterwards the intent is removed, rejected, or postponed.
 * @throws when that cannot be recorded; then the intent is due again when its lease is over
 */
export type RetryIntent = (intent: Intent) => Promise<void>

export function retryIntentUseCase(options: RetryIntentOptions): RetryIntent {
  const { intents, documents, limits, log, metrics, newId, random } = options
  const backoff = { firstMs: limits.retryBaseMs, limitMs: limits.retryCapMs }

  const contextOf = ({ traceparent }: Intent): RequestContext => ({
    principal: SIGNATURE_ROLE,
    requestId: newId(),
    traceparent: childTraceparent(traceparent ?? undefined),
    clientAddress: 'unknown',
    signal: abortAfter(limits.sweepWaitMs),
  })

  return async (intent) => {
    const { signature_id: signature, document_id: document, attempts } = intent
    try {
      await within(limits.sweepWaitMs, documents.updateStatus(document, 'signed', contextOf(intent)))
      await intents.remove(signature)
      metrics.repeats.inc({ outcome: 'done' })
      log.info({ signature, document, attempts }, 'the document is signed after a retry')
    } catch (error) {
      if (isRefusal(error)) {
        await intents.reject(signature, error.message)
        metrics.repeats.inc({ outcome: 'rejected' })
        log.error({ signature, document, reason: error.message }, 'the document refuses a stored signature')
        return
      }
      metrics.repeats.inc({ outcome: 'failed' })
      log.warn({ err: error, signature, attempts }, 'the document is not moved yet')
      await intents.postpone(signature, backoffMs(attempts + 1, backoff, random), (error as Error).message)
    }
  }
}
