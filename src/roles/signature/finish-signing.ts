import { type RequestContext, SIGNATURE_ROLE } from '../../domain/request.ts'
import type { IdempotentRequest } from '../../db/idempotency.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { Logger } from '../../runtime/logger.ts'
import { within } from '../../runtime/within.ts'
import type { IntentStore } from './intent-store.ts'
import { isRefusal, signingErrorOf } from './preconditions.ts'
import type { SignatureImages } from './signature-images.ts'
import type { NewSignature, SignatureStore } from './signature-store.ts'
import type { SigningLimits } from './signing-limits.ts'
import type { Sweeper } from './sweeper.ts'

export interface FinishSigningOptions {
  store: SignatureStore
  images: SignatureImages
  intents: IntentStore
  documents: Documents
  sweeper: Sweeper
  limits: SigningLimits
  log: Logger
}

/**
 * Moves the document of a committed signature and waits for it a limited time. A signature whose document refuses is
 * removed, because no client has seen it yet; any other failure leaves the move to the sweeper.
 * @returns `pending` where the move is not confirmed yet
 * @throws DomainError document-not-found, document-not-signable
 */
export type FinishSigning = (
  row: NewSignature,
  context: RequestContext,
  request: IdempotentRequest | undefined,
) => Promise<'signed' | 'pending'>

export function finishSigningUseCase(options: FinishSigningOptions): FinishSigning {
  const { store, images, intents, documents, sweeper, limits, log } = options

  const leaveToSweeper = async (id: string, reason: Error): Promise<void> => {
    await intents.postpone(id, limits.retryBaseMs, reason.message).catch((error: unknown) => {
      log.warn({ err: error, signature: id }, 'could not bring the next attempt forward')
    })
    sweeper.wake()
  }

  return async (row, context, request) => {
    const { id, document_id } = row
    // Not the request's signal: the move goes on when the client has gone, because the signature is committed.
    const timeout = new AbortController()
    try {
      const move = documents.updateStatus(document_id, 'signed', ofThisRole(context, timeout.signal))
      await within(limits.statusWaitMs, move)
    } catch (error) {
      timeout.abort()
      if (isRefusal(error)) {
        await store.remove(id, request)
        await images.discard(row)
        throw signingErrorOf(error, document_id)
      }
      log.warn({ err: error, signature: id, requestId: context.requestId }, 'the document is not moved yet')
      await leaveToSweeper(id, error as Error)
      return 'pending'
    }
    await intents.remove(id).catch((error: unknown) => {
      // The sweeper repeats the move, which changes nothing.
      log.warn({ err: error, signature: id }, 'could not remove a finished intent')
    })
    return 'signed'
  }
}

/** The move is made in the name of this role, because nobody else may move a document to `signed`. */
function ofThisRole(context: RequestContext, signal: AbortSignal): RequestContext {
  const { requestId, traceparent, clientAddress } = context
  return { principal: SIGNATURE_ROLE, requestId, traceparent, clientAddress, signal }
}
