import { isIP } from 'node:net'
import { type Actor, actorOf } from '../../db/acting.ts'
import { isProblem } from '../../domain/errors.ts'
import { refusing } from '../../domain/refusals.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { Signature } from '../../domain/signature.ts'
import { formatTime } from '../../domain/time.ts'
import type { Database } from '../../db/database.ts'
import type { IdempotentRequest } from '../../db/idempotency.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { FinishSigning } from './finish-signing.ts'
import type { IntentStore } from './intent-store.ts'
import { documentNotFound, getSignable } from './preconditions.ts'
import type { SignatureAccess } from './signature-access.ts'
import { type PreparedImage, type SignatureImages, withoutData } from './signature-images.ts'
import type { NewSignature, SignatureStore } from './signature-store.ts'
import type { SigningLimits } from './signing-limits.ts'
import type { SigningMetrics } from './signing-metrics.ts'

export interface SignCommand {
  document_id: string
  signer_email: string
  signer_name: string
  signature_data: string | null
  ip_address: string | null
}

export interface SignResult {
  signature: Signature
  /** `pending`: the signature is stored, and its document follows; `refused`: the document did not follow */
  documentStatus: 'signed' | 'pending' | 'refused'
}

export interface SignDocumentOptions {
  access: SignatureAccess
  store: SignatureStore
  database: Pick<Database, 'requireSpace'>
  images: SignatureImages
  intents: IntentStore
  documents: Documents
  finish: FinishSigning
  limits: SigningLimits
  metrics: SigningMetrics
  clock: Clock
  newId: NewId
}

/**
 * @throws DomainError forbidden, document-not-found, document-not-signable, already-signed, unavailable, deadline-exceeded,
 *   idempotency-key-reused, request-in-progress
 */
export type SignDocument = (
  command: SignCommand,
  context: RequestContext,
  request?: IdempotentRequest,
) => Promise<SignResult>

/**
 * Signs a document: first the image, then the signature, a small image and the move of the document in one transaction. Where
 * the document role is not in this process, or somebody else changes the document just now, the transaction has the intent to
 * move the document, and the move follows. After the commit, only the document's own refusal can undo the signature.
 */
export function signDocumentUseCase(options: SignDocumentOptions): SignDocument {
  const { access, store, database, images, intents, documents, finish, limits, metrics, clock, newId } =
    options

  const requireReadable = async (id: string, context: RequestContext): Promise<void> => {
    if (!(await access.sightOf([id], context)).mayRead(id)) throw refusing(id, documentNotFound(id))
  }

  const repeat = async (id: string): Promise<SignResult> => {
    const [row, documentStatus] = await Promise.all([store.get(id), intents.stateOf(id)])
    return { signature: await images.withData(row), documentStatus }
  }

  const commit = async (
    row: NewSignature,
    image: PreparedImage,
    actor: Actor,
    request: IdempotentRequest | undefined,
  ): Promise<{ id: string; repeated: boolean; isMoved: boolean }> => {
    try {
      const inserted = await store.insert(row, image.object, 2 * limits.statusWaitMs, actor, request)
      if (inserted.repeated) await images.discard(row)
      return inserted
    } catch (error) {
      // After any other error the row may have been committed all the same.
      if (isProblem(error, 'already-signed', 'idempotency-key-reused', 'request-in-progress'))
        await images.discard(row)
      throw error
    }
  }

  return async (command, context, request) => {
    access.requireSigner(command, context.principal)
    const earlier = request && (await store.findCreated(request))
    if (earlier !== undefined) return repeat(earlier)
    await database.requireSpace()
    await requireReadable(command.document_id, context)
    const { content_sha256 } = await getSignable(documents, command.document_id, context)
    const { signature_data, ...fields } = command
    const id = newId()
    const client_address = addressOf(context)
    const image = await images.prepare(id, signature_data)
    const row: NewSignature = {
      ...fields,
      id,
      signed_at: formatTime(clock.now().toISOString()),
      ip_address: command.ip_address ?? client_address,
      // A content never changes, so this is what is signed.
      content_sha256,
      client_address,
      token_subject: context.principal.kind === 'user' ? context.principal.id : null,
      signed_by: access.signsFor(command.signer_email, context.principal),
      ...image.columns,
      traceparent: context.traceparent,
    }
    const committed = await commit(row, image, actorOf(context), request)
    if (committed.repeated) return repeat(committed.id)
    try {
      const documentStatus = committed.isMoved ? 'signed' : await finish(row, context, request)
      metrics.signed.inc({ outcome: documentStatus })
      return { signature: { ...withoutData(row), signature_data }, documentStatus }
    } catch (error) {
      metrics.signed.inc({ outcome: 'refused' })
      throw error
    }
  }
}

const addressOf = ({ clientAddress }: RequestContext): string | null =>
  isIP(clientAddress) === 0 ? null : clientAddress
