import { isIP } from 'node:net'
import type { Pool } from 'pg'
import type { Idempotency, IdempotentRequest } from '../../http/idempotency.ts'
import { inTransaction } from '../../db/query.ts'
import { isSignable } from '../../domain/document.ts'
import { DomainError, isProblem } from '../../domain/errors.ts'
import type { RequestContext } from '../../domain/request.ts'
import { MAX_SIGNATURE_DATA_BYTES, type Signature, signatureImageKey } from '../../domain/signature.ts'
import { formatTime } from '../../domain/time.ts'
import { magicTypeOf } from '../../extraction/magic-type.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import { within } from '../../runtime/within.ts'
import type { IntentStore } from './intent-store.ts'
import { isRefusal, moveToSigned } from './move-document.ts'
import type { SignatureReader } from './signature-reader.ts'
import { encodeSignatureData } from './signature-data.ts'
import { type NewSignature, insertSignature, removeSignature } from './signature-store.ts'
import type { SigningLimits } from './signing-limits.ts'
import type { SigningMetrics } from './signing-metrics.ts'
import type { Sweeper } from './sweeper.ts'

/** Fewer tell no image format: some need twelve to be known. */
const MIN_IMAGE_BYTES = 12

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

export interface SigningOptions {
  pool: Pool
  blobs: Blobs
  documents: Documents
  intents: IntentStore
  reader: SignatureReader
  idempotency: Idempotency<{ id: string }>
  sweeper: Sweeper
  limits: SigningLimits
  metrics: SigningMetrics
  clock: Clock
  newId: NewId
  log: Logger
}

export type SignDocument = (
  command: SignCommand,
  context: RequestContext,
  request?: IdempotentRequest,
) => Promise<SignResult>

/**
 * Signs a document: image first, then the signature and the intent to move the document in one transaction, then the
 * move. From the commit on, nothing but the document's own refusal can undo the signature.
 *
 * @throws DomainError document-not-found, document-not-signable, already-signed, unavailable, deadline-exceeded,
 *   idempotency-key-reused, request-in-progress
 */
export function createSigning(options: SigningOptions): SignDocument {
  const { pool, blobs, documents, intents, reader, idempotency, limits, metrics, log } = options

  const checkSignable = async (documentId: string, context: RequestContext): Promise<void> => {
    const { exists, status } = await documents.exists(documentId, context)
    if (!exists || status === '') throw notFound(documentId)
    if (!isSignable(status)) throw notSignable(documentId, status)
  }

  /** The row, its image stored. */
  const prepare = async (command: SignCommand, context: RequestContext): Promise<NewSignature> => {
    const { signature_data, ...fields } = command
    const row: NewSignature = {
      ...fields,
      id: options.newId(),
      signed_at: formatTime(options.clock.now().toISOString()),
      ip_address: command.ip_address ?? (isIP(context.clientAddress) ? context.clientAddress : null),
      image_encoding: null,
      image_prefix: null,
      image_type: null,
      image_size: null,
      image_sha256: null,
      traceparent: context.traceparent,
    }
    if (signature_data === null) return row
    const { bytes, encoding, prefix } = encodeSignatureData(signature_data)
    const type = encoding === 'base64' ? await imageTypeOf(bytes) : null
    const { size, sha256 } = await blobs.put('signatures', signatureImageKey(row.id), bytes, {
      contentType: type ?? 'application/octet-stream',
      maxBytes: MAX_SIGNATURE_DATA_BYTES,
      fresh: true,
    })
    return {
      ...row,
      image_encoding: encoding,
      image_prefix: prefix,
      image_type: type,
      image_size: size,
      image_sha256: sha256,
    }
  }

  /** Of an image whose row was never committed; without it, it would only be collected later. */
  const dropImage = async ({ id, image_size }: NewSignature): Promise<void> => {
    if (image_size === null) return
    await blobs.delete('signatures', signatureImageKey(id)).catch((error: unknown) => {
      log.warn({ err: error, signature: id }, 'the image of a refused signature stays for now')
    })
  }

  /** @returns the id of the signature that the same request has made before */
  const commit = async (
    row: NewSignature,
    request: IdempotentRequest | undefined,
  ): Promise<string | undefined> => {
    const graceMs = 2 * limits.statusWaitMs
    try {
      if (!request) {
        await insertSignature(pool, row, graceMs)
        return undefined
      }
      const { answer, replayed } = await idempotency.once(request, async (transaction) => {
        await insertSignature(transaction, row, graceMs)
        return { status: 201, answer: { id: row.id } }
      })
      if (!replayed) return undefined
      await dropImage(row)
      return answer.id
    } catch (error) {
      // After any other error the row may have been committed all the same.
      if (isProblem(error, 'already-signed', 'idempotency-key-reused', 'request-in-progress'))
        await dropImage(row)
      throw error
    }
  }

  const replay = async (id: string): Promise<SignResult> => {
    const [signature, documentStatus] = await Promise.all([reader.read(id), intents.stateOf(id)])
    return { signature, documentStatus }
  }

  /** Undoes a signature that nobody was told of. */
  const undo = async (row: NewSignature, request: IdempotentRequest | undefined): Promise<void> => {
    await inTransaction(pool, async (transaction) => {
      await removeSignature(transaction, row.id)
      if (request) await idempotency.forget(transaction, request)
    })
    await dropImage(row)
  }

  const moveDocument = async (
    row: NewSignature,
    context: RequestContext,
    request: IdempotentRequest | undefined,
  ): Promise<SignResult['documentStatus']> => {
    // The move is made also when the client has gone: the signature is stored.
    const abandon = new AbortController()
    const move = moveToSigned(documents, row.document_id, { ...identityOf(context), signal: abandon.signal })
    try {
      await within(limits.statusWaitMs, move)
    } catch (error) {
      abandon.abort()
      if (isRefusal(error)) {
        await undo(row, request)
        throw refusalOf(error, row.document_id)
      }
      log.warn(
        { err: error, signature: row.id, requestId: context.requestId },
        'the document is not moved yet',
      )
      await leaveToSweeper(row.id, error as Error)
      return 'pending'
    }
    await intents.remove(row.id).catch((error: unknown) => {
      // The move will be repeated, which changes nothing.
      log.warn({ err: error, signature: row.id }, 'an intent that is done stays for now')
    })
    return 'signed'
  }

  const leaveToSweeper = async (id: string, reason: Error): Promise<void> => {
    await intents.postpone(id, limits.retryBaseMs, reason.message).catch((error: unknown) => {
      log.warn({ err: error, signature: id }, 'the intent cannot be moved forward: it waits for its own time')
    })
    options.sweeper.wake()
  }

  return async (command, context, request) => {
    const earlier = request && (await idempotency.find(request))
    if (earlier) return replay(earlier.answer.id)
    await checkSignable(command.document_id, context)
    const row = await prepare(command, context)
    const madeBefore = await commit(row, request)
    if (madeBefore !== undefined) return replay(madeBefore)
    try {
      const documentStatus = await moveDocument(row, context, request)
      metrics.signed.inc({ outcome: documentStatus })
      return { signature: signatureOf(row, command), documentStatus }
    } catch (error) {
      metrics.signed.inc({ outcome: 'refused' })
      throw error
    }
  }
}

function signatureOf(row: NewSignature, { signature_data }: SignCommand): Signature {
  const { id, document_id, signer_email, signer_name, signed_at, ip_address } = row
  return { id, document_id, signer_email, signer_name, signed_at, signature_data, ip_address }
}

async function imageTypeOf(bytes: Buffer): Promise<string | null> {
  if (bytes.length < MIN_IMAGE_BYTES) return null
  const type = await magicTypeOf(bytes)
  return type?.startsWith('image/') ? type : null
}

function identityOf(context: RequestContext): Omit<RequestContext, 'signal'> {
  const { principal, requestId, traceparent, clientAddress } = context
  return { principal, requestId, traceparent, clientAddress }
}

function refusalOf(error: DomainError, documentId: string): DomainError {
  if (error.code === 'document-not-found') return notFound(documentId)
  return new DomainError('document-not-signable', `document_id: ${error.message}`, {
    errors: [{ field: 'document_id', detail: 'must be a document that can still be signed' }],
    cause: error,
  })
}

function notFound(documentId: string): DomainError {
  return new DomainError('document-not-found', `document_id: there is no document ${documentId}`, {
    errors: [{ field: 'document_id', detail: 'must be a document that exists' }],
  })
}

function notSignable(documentId: string, status: string): DomainError {
  const detail = `document_id: the document ${documentId} is ${status} and takes no signature`
  return new DomainError('document-not-signable', detail, {
    errors: [{ field: 'document_id', detail: 'must be a document that can still be signed' }],
  })
}
