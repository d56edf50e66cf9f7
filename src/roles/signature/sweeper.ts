import type { RequestContext } from '../../domain/request.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import { childTraceparent } from '../../runtime/trace.ts'
import { within } from '../../runtime/within.ts'
import type { Intent, IntentStore } from './intent-store.ts'
import { isRefusal, moveToSigned } from './move-document.ts'
import type { SigningLimits } from './signing-limits.ts'
import type { SigningMetrics } from './signing-metrics.ts'

export interface SweeperOptions {
  intents: IntentStore
  documents: Documents
  limits: SigningLimits
  log: Logger
  metrics: SigningMetrics
  clock: Clock
  newId: NewId
  /** from 0 to 1, for the jitter */
  random: () => number
}

export interface Sweeper {
  /** Begins with everything that is open by now, whatever its time: an earlier process may have had it in hand. */
  start(): void
  /** Something has just been left open: look soon rather than at the next turn. */
  wake(): void
  /** Finishes the batch in hand. */
  stop(): Promise<void>
}

/**
 * Moves the documents of signatures that were stored but whose move did not get through: again and again while the
 * document role cannot be reached, until it has moved the document or refuses for good.
 */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { intents, documents, limits, log, metrics } = options
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  /** what is older is still to be made due */
  let start: Date | undefined
  let isStopped = true

  const contextOf = ({ traceparent }: Intent): RequestContext => ({
    principal: { kind: 'system', name: 'signature-sweeper' },
    requestId: options.newId(),
    traceparent: childTraceparent(traceparent ?? undefined),
    clientAddress: 'unknown',
    signal: AbortSignal.timeout(limits.sweepWaitMs),
  })

  /** Half of the exponential delay, and a random part of the other half. */
  const delayAfter = (attempts: number): number => {
    const full = Math.min(limits.retryCapMs, limits.retryBaseMs * 2 ** Math.min(attempts, 30))
    return full * (0.5 + options.random() / 2)
  }

  const attempt = async (intent: Intent): Promise<void> => {
    const { signature_id: id, document_id } = intent
    const context = contextOf(intent)
    try {
      await within(limits.sweepWaitMs, moveToSigned(documents, document_id, context))
      await intents.remove(id)
      metrics.repeats.inc({ outcome: 'done' })
      log.info(
        { signature: id, document: document_id, attempts: intent.attempts },
        'document signed after all',
      )
    } catch (error) {
      if (isRefusal(error)) {
        await intents.reject(id, error.message)
        metrics.repeats.inc({ outcome: 'rejected' })
        log.error(
          { signature: id, document: document_id, reason: error.message },
          'a stored signature cannot take effect: its document refuses',
        )
        return
      }
      metrics.repeats.inc({ outcome: 'failed' })
      log.warn({ err: error, signature: id, attempts: intent.attempts }, 'the document is not moved yet')
      await intents.postpone(id, delayAfter(intent.attempts), (error as Error).message)
    }
  }

  const sweep = async (): Promise<void> => {
    if (start) await intents.makeDue(start)
    start = undefined
    for (;;) {
      const claimed = await intents.claim(limits.batch, limits.leaseMs)
      await Promise.all(
        // What cannot even be noted down is due again when its lease is over.
        claimed.map((intent) =>
          attempt(intent).catch((error: unknown) =>
            log.warn({ err: error }, 'an attempt cannot be noted down'),
          ),
        ),
      )
      if (claimed.length < limits.batch || isStopped) return
    }
  }

  const schedule = (ms: number): void => {
    clearTimeout(timer)
    if (!isStopped) timer = setTimeout(run, ms)
  }

  const run = (): void => {
    running = sweep()
      .catch((error: unknown) => log.warn({ err: error }, 'open signatures cannot be looked for now'))
      .finally(() => {
        running = undefined
        schedule(limits.sweepEveryMs)
      })
  }

  return {
    start() {
      isStopped = false
      start = options.clock.now()
      schedule(0)
    },
    wake() {
      if (!running) schedule(Math.min(limits.retryBaseMs, limits.sweepEveryMs))
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await running
    },
  }
}
