import type { Authenticator } from '../../auth/authenticator.ts'
import type { Database } from '../../db/database.ts'
import { createIdempotency } from '../../db/idempotency.ts'
import { createPersonStore } from '../../db/person-store.ts'
import { createRefusals } from '../../db/refusals.ts'
import { createSessionStore } from '../../db/session-store.ts'
import { type ReachOf, reachOf } from '../../domain/access.ts'
import type { Document } from '../../domain/document-fields.ts'
import type { Limiter } from '../../domain/limits.ts'
import type { Refusals } from '../../domain/refusals.ts'
import type { Extractor } from '../../extraction/extractor.ts'
import type { Ocr } from '../../extraction/ocr/ocr.ts'
import type { PageDrawer } from '../../extraction/pictures/page-drawer.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import { recordingRefusals } from '../../http/record-refusals.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { FindInTexts } from '../../ports/search/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import { createAccessStore } from './access-store.ts'
import { beginSessionUseCase } from './begin-session.ts'
import { createDocumentUseCase } from './create-document.ts'
import { deleteDocumentAccess } from './delete-document-access.ts'
import { deleteDocument } from './delete-document.ts'
import { deleteSession } from './delete-session.ts'
import { createDocumentStore } from './document-store.ts'
import { createDocumentLists } from './document-lists.ts'
import { createDocumentsPort } from './documents-port.ts'
import { getDocumentContent } from './get-document-content.ts'
import { createDocumentPages } from './document-pages.ts'
import { createDocumentTexts } from './document-texts.ts'
import { getDocumentPermissions } from './get-document-permissions.ts'
import { getDocumentText } from './get-document-text.ts'
import { getDocumentStats } from './get-document-stats.ts'
import { getDocumentTotals } from './get-document-totals.ts'
import { getDocument } from './get-document.ts'
import { getPagePicture } from './get-page-picture.ts'
import { getProviderCallback } from './get-provider-callback.ts'
import { getProviderLogin } from './get-provider-login.ts'
import { getSession } from './get-session.ts'
import { createHistoryStore } from './history-store.ts'
import { listDocumentAccess } from './list-document-access.ts'
import { listDocumentHistory } from './list-document-history.ts'
import { listDocumentPages } from './list-document-pages.ts'
import { listDocuments } from './list-documents.ts'
import { postDocument } from './post-document.ts'
import { postSession } from './post-session.ts'
import { countCacheReads } from './metrics.ts'
import { type ReadDocument, readDocumentUseCase } from './read-document.ts'
import type { LoginProvider } from './provider-login.ts'
import { patchDocument } from './patch-document.ts'
import { putDocumentAccess } from './put-document-access.ts'

import { settingsEndpoints } from './settings/endpoints.ts'

export { READERS } from './text-reader.ts'

export interface DocumentRoleOptions {
  database: Database
  blobs: Blobs
  cache: DocumentCache
  clock: Clock
  newId: NewId
  log: Logger
  /** of clients */
  limiter: Limiter
  metrics: Metrics
  limits: {
    /** maximum size of a content in bytes */
    contentBytes: number
    /** milliseconds that reading the text of one content may take */
    extractionTime: number
  }
  extractor: Pick<Extractor, 'extract'>
  /** reads the text of images; undefined: it is not read */
  ocr?: Pick<Ocr, 'readOn'> | undefined
  drawer: Pick<PageDrawer, 'read'>
  findInTexts: FindInTexts
  authenticator: Authenticator
  /** the identity provider by which people can log in; undefined: by links only */
  login?: LoginProvider | undefined
}

export interface DocumentRole {
  endpoints: Endpoint[]
  /** for the roles of this process, and for gRPC */
  documents: Documents
  /** for calls that are refused before they reach it */
  refusals: Pick<Refusals, 'record'>
  /** Starts reading the texts that are pending. */
  start(): void
  /** Waits for the texts in flight; their extractor is stopped before. */
  stop(): Promise<void>
}

/** The role that owns documents.documents: REST endpoints, and the port that gRPC serves. */
export function createDocumentRole(options: DocumentRoleOptions): DocumentRole {
  const { authenticator, database, blobs, cache, clock, newId, log, limiter, limits, metrics } = options
  const readsImages = options.ocr !== undefined
  const idempotency = createIdempotency<Document>({ database, schema: 'documents', clock, limiter, log })
  const store = createDocumentStore({ database, cache, idempotency })
  const { mode } = authenticator
  const reach: ReachOf = (principal, action) => reachOf(principal, action, mode)
  const read = readDocumentUseCase({ store, cache, counts: countCacheReads(metrics) })
  const { extractionTime } = limits
  const texts = createDocumentTexts({ ...options, pool: database.pool, extractionTime })
  const onPending = texts.reader.wake
  const refusals = createRefusals({ pool: database.pool, log })
  const access = createAccessStore(database.pool, cache)
  const create = createDocumentUseCase({
    store,
    database,
    blobs,
    newId,
    limits,
    readsImages,
    onPending,
    log,
  })
  return {
    endpoints: recordingRefusals(
      [
        postDocument(create, { limits, authMode: mode }),
        listDocuments(createDocumentLists(database.pool), reach, mode),
        getDocumentTotals(database.pool),
        getDocument(read, reach),
        patchDocument(store, reach),
        deleteDocument(store, reach),
        getDocumentContent(read, blobs, reach),
        getDocumentText({
          ...texts,
          read,
          blobs,
          findInTexts: options.findInTexts,
          onPending,
          reachOf: reach,
        }),
        ...pageEndpoints(options, read, reach),
        getDocumentStats({ store, read, cache, reachOf: reach }),
        getDocumentPermissions({ pool: database.pool, read, reachOf: reach }),
        listDocumentHistory({ history: createHistoryStore(database.pool), read, reachOf: reach }),
        listDocumentAccess(access, reach),
        putDocumentAccess(access, reach),
        deleteDocumentAccess(access, reach),
        ...sessionEndpoints(options),
        ...settingsEndpoints({ pool: database.pool, authenticator, clock, newId, log }),
      ],
      refusals,
    ),
    documents: createDocumentsPort({ store, read, cache, database, reachOf: reach, refusals }),
    refusals,
    start: () => texts.reader.start(),
    async stop() {
      await texts.reader.stop()
      await idempotency.stop()
      await refusals.stop()
    },
  }
}

/** What documents look like. */
function pageEndpoints(options: DocumentRoleOptions, read: ReadDocument, reach: ReachOf): Endpoint[] {
  const pages = createDocumentPages(options)
  return [listDocumentPages(pages, read, reach), getPagePicture(pages, read, reach)]
}

/** How people log in and out. */
function sessionEndpoints({ authenticator, database, login, clock, newId }: DocumentRoleOptions): Endpoint[] {
  const sessions = createSessionStore(database.pool)
  const people = createPersonStore(database.pool)
  const beginSession = beginSessionUseCase({ sessions, clock })
  const ways = { authenticator, providerName: login?.name }
  return [
    getSession(ways),
    postSession({ ...ways, sessions, beginSession }),
    deleteSession({ sessions, authenticator, provider: login?.provider }),
    getProviderLogin({ login, clock }),
    getProviderCallback({ login, people, beginSession, clock, newId }),
  ]
}
