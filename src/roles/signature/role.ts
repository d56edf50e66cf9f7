import type { Database } from '../../db/database.ts'
import { createIdempotency } from '../../http/idempotency.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import { createMetrics, type Metrics } from '../../runtime/metrics.ts'
import { createSignature } from './create-signature.ts'
import { getSignatureImage } from './get-signature-image.ts'
import { getSignature } from './get-signature.ts'
import { createIntentStore } from './intent-store.ts'
import { listAllSignatures, listDocumentSignatures } from './list-signatures.ts'
import { createSigning } from './sign-document.ts'
import { createSignatureReader } from './signature-reader.ts'
import { SIGNING_LIMITS, type SigningLimits } from './signing-limits.ts'
import { createSigningMetrics } from './signing-metrics.ts'
import { createSweeper } from './sweeper.ts'

export interface SignatureRoleOptions {
  database: Database
  blobs: Blobs
  documents: Documents
  clock: Clock
  newId: NewId
  log: Logger
  limits?: Partial<SigningLimits>
  metrics?: Metrics
  /** from 0 to 1 */
  random?: () => number
}

export interface SignatureRole {
  endpoints: Endpoint[]
  /** Begins to sweep: signatures that an earlier process left open come first. */
  start(): void
  /** Finishes what is in hand. */
  stop(): Promise<void>
  /** signatures whose document is still to be moved */
  pending(): Promise<number>
}

/** Stores signatures and sees that their documents become signed. */
export function createSignatureRole(options: SignatureRoleOptions): SignatureRole {
  const { database, blobs, documents, clock, newId, log } = options
  const { pool } = database
  const limits = { ...SIGNING_LIMITS, ...options.limits }
  const intents = createIntentStore(pool)
  const metrics = createSigningMetrics(options.metrics ?? createMetrics(), intents)
  const idempotency = createIdempotency<{ id: string }>({ database, schema: 'signatures', clock, log })
  const random = options.random ?? Math.random
  const sweeper = createSweeper({ intents, documents, limits, log, metrics, clock, newId, random })
  const reader = createSignatureReader(pool, blobs)
  const sign = createSigning({
    pool,
    blobs,
    documents,
    intents,
    reader,
    idempotency,
    sweeper,
    limits,
    metrics,
    clock,
    newId,
    log,
  })
  const lists = { pool, reader, documents }

  return {
    endpoints: [
      createSignature(sign),
      listAllSignatures(lists),
      getSignature(reader),
      getSignatureImage(reader, blobs),
      listDocumentSignatures(lists),
    ],
    start: () => sweeper.start(),
    async stop() {
      await sweeper.stop()
      await idempotency.stop()
    },
    pending: () => intents.count(),
  }
}
