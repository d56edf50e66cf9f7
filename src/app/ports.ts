import { join, resolve } from 'node:path'
import { createAuthenticator } from '../auth/authenticator.ts'
import { derivedViewerSecret, keptTokenSecret, keptViewerSecret } from '../auth/token-secret.ts'
import { createKnownIdentities, NOBODY_KNOWN } from '../auth/known-identities.ts'
import { createServiceTokens, type ServiceTokens } from '../auth/service-tokens.ts'
import { createAskedTokens } from '../auth/asked-tokens.ts'
import { createTokens, type Tokens } from '../auth/tokens.ts'
import { databaseId } from '../db/database-id.ts'
import type { Database } from '../db/database.ts'
import { adapterOf, isShared, type Port } from '../ports/adapters.ts'
import { openBlobs } from '../ports/blobs/open.ts'
import { openCache } from '../ports/cache/open.ts'
import { openIdentities } from '../ports/identities/open.ts'
import { openSearch } from '../ports/search/open.ts'
import { lockFolder } from '../data-folder/folder-lock.ts'
import { createRequestLimits } from '../http/request-limits.ts'
import { steadyClock } from '../runtime/clock.ts'
import { createLimiter } from '../runtime/limiter.ts'
import { defineModule, type Needs } from '../runtime/module.ts'
import type { Config } from '../config/schema.ts'
import type { Base } from './base.ts'
import { openProviderTokens } from './provider-tokens.ts'
import { reportDatabaseSize, reportDisk, reportFeed, reportIndexSize, reportPool } from './report-metrics.ts'

export type Ports = ReturnType<typeof composePorts>

/** Where the adapters that use no server keep their data. */
export interface DataFolder {
  path: string
  /** an adapter of this process uses it, so no other process may */
  isLocked: boolean
}

/** Each port with the adapter that the configuration names. */
export function composePorts(base: Base) {
  const { config, clock, metrics, logOf, overrides } = base
  const folder: DataFolder = { path: resolve(config.data), isLocked: false }

  const lock = composeLock(base, folder)
  const lockFor = (port: Port, url: string) => ({
    ...(!isShared(port, url) && !overrides.sharesFolder && { lock }),
  })

  const database = composeDatabase(base, folder, lockFor('database', config.database.url))
  const secrets = composeSecrets(base, folder)
  const identities = composeIdentities(base, secrets, database)
  const authenticator = composeAuthenticator(base, secrets, identities)

  const hasTable = !isShared('blobs', config.blobs.url) && overrides.objectTable !== false
  const blobsNeeds = { ...(hasTable && { database }), ...lockFor('blobs', config.blobs.url) }
  const blobs = composeBlobs(base, folder, blobsNeeds)

  const cache = defineModule(
    'cache',
    { database, ...lockFor('cache', config.cache.url) },
    async ({ database }) => {
      const { url, entries } = config.cache
      const viewerSecret = await viewerSecretOf(config, folder.path)
      const settings = { entries, viewerSecret, clock: steadyClock }
      const value = await openCache(url, { database, ...settings, log: logOf('cache') })
      return { value, stop: () => value.stop() }
    },
  )

  const searchIndex = composeSearchIndex(base, folder, {
    ...(!isShared('search', config.search.url) && { database }),
    ...lockFor('search', config.search.url),
  })

  const { url: changesUrl } = config.changes
  const feedNeeds = {
    ...(adapterOf('changes', changesUrl).needsDatabase && { database }),
    ...lockFor('changes', changesUrl),
  }
  const changes = defineModule('changes', feedNeeds, async (needs) => {
    const { database } = needs as { database?: Database }
    const { url, historyHours: maxAgeHours, historyEvents: maxEvents, ...settings } = config.changes
    const history = { maxAgeHours, maxEvents }
    const resources = { ...settings, database, clock, history, log: logOf('changes') }
    const opened = await adapterOf('changes', url).open(url, resources)
    const value = overrides.feed?.(opened) ?? opened
    reportFeed(metrics, value)
    return { value }
  })

  const cluster = composeCluster(base)

  return {
    folder,
    secrets,
    authenticator,
    identities,
    limits: composeLimits(base),
    database,
    blobs,
    cache,
    searchIndex,
    changes,
    cluster,
  }
}

/** Processes that count views together must use the same key for the hashes of viewers. */
function viewerSecretOf({ cache, auth }: Config, folder: string): string | Promise<string> {
  if (cache.viewerSecret !== undefined) return cache.viewerSecret
  return isShared('cache', cache.url) && auth.secret !== undefined
    ? derivedViewerSecret(auth.secret)
    : keptViewerSecret(folder)
}

/** The limits of clients, shared with the processes that have the same `redis:` cache. */
function composeLimits({ config, metrics, logOf }: Base) {
  const limited = metrics.counter('docmgr_limited_total', 'Requests that a limit of their client refused', [
    'limit',
    'owner',
  ])
  return defineModule('limits', {}, async () => {
    const { window, ...quotas } = config.limits
    const { url } = config.cache
    const limiter = createLimiter({
      windowMs: window * 1_000,
      quotas,
      onLimited: (limit, owner) => limited.inc({ limit, owner }),
      shared: await adapterOf('cache', url).openSharedCounts?.(url, logOf('limits')),
    })
    return { value: { limiter, ofRequests: createRequestLimits(limiter) }, stop: () => limiter.stop() }
  })
}

/** By which clients and roles identify themselves. */
export interface Secrets {
  /** undefined: the document role of another process has the secret */
  tokens: Tokens | undefined
  serviceTokens: ServiceTokens
}

function composeSecrets({ config, clock, has }: Base, folder: DataFolder) {
  const { auth, documents } = config
  return defineModule('secrets', {}, async (): Promise<{ value: Secrets }> => {
    const { issuer, audience, tokenLifetime: lifetime, maxTokenLifetime: maxLifetime, secondSecret } = auth
    const serviceTokens = createServiceTokens(auth.services, clock)
    if (!has('document') && isShared('documents', documents.url))
      return { value: { tokens: undefined, serviceTokens } }
    const secret = auth.secret ?? (await keptTokenSecret(folder.path))
    const tokens = createTokens({ secret, secondSecret, issuer, audience, lifetime, maxLifetime }, clock)
    return { value: { tokens, serviceTokens } }
  })
}

type SecretsModule = ReturnType<typeof composeSecrets>
type IdentitiesModule = ReturnType<typeof composeIdentities>

/** Who keys belong to: the tables, where the document role runs, else that role. Undefined: this process can ask nobody. */
function composeIdentities(
  { config, has, newId }: Base,
  secrets: SecretsModule,
  database: ReturnType<typeof composeDatabase>,
) {
  const { url, timeout: deadlineMs } = config.documents
  const own = { secrets, ...(has('document') && { database }) }
  return defineModule('identities', own, async (needs) => {
    const { secrets, database } = needs as { secrets: Secrets; database?: Database }
    const value = await openIdentities(url, { ...secrets, database, deadlineMs, newId })
    return { value, stop: async () => value?.stop() }
  })
}

function composeAuthenticator(
  { config, clock, logOf, overrides }: Base,
  secrets: SecretsModule,
  identities: IdentitiesModule,
) {
  return defineModule('authentication', { secrets, identities }, async ({ secrets, identities }) => {
    const known = identities
      ? createKnownIdentities(identities, logOf('authentication'), overrides.identities)
      : NOBODY_KNOWN
    const providerTokens = await openProviderTokens(config, clock, logOf('authentication'))
    const { serviceTokens } = secrets
    const tokens = secrets.tokens ?? createAskedTokens(identities!, clock)
    const { mode } = config.auth
    return {
      value: createAuthenticator({ mode, tokens, serviceTokens, providerTokens, known, clock }),
    }
  })
}

function composeLock({ metrics }: Base, folder: DataFolder) {
  return defineModule('data-folder', {}, async () => {
    const { release } = await lockFolder(folder.path)
    folder.isLocked = true
    reportDisk(metrics, folder.path)
    return { value: undefined, stop: () => release() }
  })
}

function composeSearchIndex({ config, logOf, metrics, overrides }: Base, folder: DataFolder, needs: Needs) {
  return defineModule('search-index', needs, async (opened) => {
    const { database } = opened as { database?: Database }
    const { url, index } = config.search
    const value = await openSearch(url, {
      index,
      folder: folder.path,
      isAlone: !overrides.sharesFolder,
      databaseId: database && (await databaseId(database.pool)),
      log: logOf('search-index'),
    })
    const { fileState } = adapterOf('search', url)
    if (fileState) reportIndexSize(metrics, async () => (await fileState(folder.path))?.bytes)
    return { value, stop: () => value.stop() }
  })
}

function composeBlobs({ config, logOf, metrics }: Base, folder: DataFolder, needs: Needs) {
  return defineModule('blobs', needs, async (opened) => {
    const { database } = opened as { database?: Database }
    const { url, ...settings } = config.blobs
    const resources = { ...settings, database, folder: join(folder.path, 'blobs'), log: logOf('blobs') }
    const value = await openBlobs(url, resources, metrics)
    return { value, stop: () => value.stop() }
  })
}

function composeCluster({ config, logOf }: Base) {
  return defineModule('cluster', {}, async () => {
    const { url, prefix, instance } = config.changes
    const value = await adapterOf('cluster', url).open(url, { prefix, instance, log: logOf('cluster') })
    return { value, stop: () => value.stop() }
  })
}

function composeDatabase(base: Base, folder: DataFolder, needs: Needs) {
  const { config, logOf, metrics, findings, overrides } = base
  return defineModule('database', needs, async () => {
    if (overrides.database) {
      reportPool(metrics, overrides.database.pool)
      return { value: overrides.database }
    }
    const { url, directUrl, ...settings } = config.database
    const value = await adapterOf('database', url).open(url, {
      ...settings,
      ...(directUrl !== undefined && { directUrl }),
      folder: join(folder.path, 'postgres'),
      log: logOf('database'),
    })
    findings.push(...value.findings)
    reportPool(metrics, value.pool)
    if (!isShared('database', url)) reportDatabaseSize(metrics, value.pool)
    return { value, stop: value.stop, ended: value.ended }
  })
}
