/**
 * What each role is made of: the ports that it opens, and what it serves over HTTP. The code of a role is loaded only
 * where the role runs. A new role is an entry in `composeRoles`; CONTRIBUTING.md has the recipe.
 */
import { type Role, roleDefinition, rolesThatUse } from '../config/roles.ts'
import { ticketKeysOf } from '../auth/ticket-keys.ts'
import { createClientAddress } from '../http/context.ts'
import type { HealthChecks } from '../http/health.ts'
import type { RoleServer } from '../http/serve-roles.ts'
import { topicNames } from '../kafka/topic-names.ts'
import type { Database } from '../db/database.ts'
import { isShared } from '../ports/adapters.ts'
import type { ChangeFeed } from '../ports/changes/port.ts'
import { openDocuments } from '../ports/documents/open.ts'
import type { DocumentRole } from '../roles/document/role.ts'
import { loadLanguageDetector } from '../runtime/detect-language.ts'
import { defineModule, type Module } from '../runtime/module.ts'
import { programVersion } from '../runtime/version.ts'
import { within } from '../runtime/within.ts'
import type { Base } from './base.ts'
import { openContentReaders } from './content-readers.ts'
import { fillIndex, fillingRemark } from './fill-index.ts'
import { makeIndexer } from './indexer.ts'
import { openLoginProvider } from './login-provider.ts'
import { reportDocuments } from './report-metrics.ts'
import type { Ports } from './ports.ts'

/** A running role: what it serves. */
interface RunningRole {
  server: RoleServer
}

export type Roles = ReturnType<typeof composeRoles>
type DocumentModule = ReturnType<typeof composeDocument>
type DocumentsModule = ReturnType<typeof composeDocuments>

/** The roles and what they need. */
export function composeRoles(base: Base, ports: Ports) {
  const document = composeDocument(base, ports)
  const documents = composeDocuments(base, ports, document)
  const roles = {
    document,
    signature: composeSignature(base, ports, documents),
    search: composeSearch(base, ports),
    ws: composeWs(base, ports, documents),
    indexer: composeIndexer(base, ports),
  } satisfies Record<Role, Module<RunningRole>>
  const consumers = rolesThatUse('changes').filter(base.has)

  /** Reads the change feed once all its consumers are registered, and stops before them. */
  const delivery = defineModule(
    'delivery',
    { changes: ports.changes, ...Object.fromEntries(consumers.map((role) => [role, roles[role]])) },
    async ({ changes }) => {
      await changes.start()
      base.findings.push(...changes.findings)
      return { value: undefined, stop: () => changes.stop() }
    },
  )
  return { ...roles, delivery }
}

/**
 * Loads the detector of languages while the database starts. Loading it holds up the process for 0.2 s, for which the
 * first request with a text, and all others meanwhile, would wait.
 */
const languages = defineModule('languages', {}, () => ({ value: loadLanguageDetector() }))

function composeDocument(base: Base, ports: Ports) {
  const { clock, newId, metrics, logOf, guard, overrides } = base
  const { limits, listen } = base.config
  const { secrets, authenticator, identities, database, blobs, cache } = ports
  const own = { languages, secrets, authenticator, identities, limits: ports.limits, database, blobs, cache }
  return defineModule('document', own, async (needs) => {
    const { languages, secrets, authenticator, identities, limits: clientLimits, ...resources } = needs
    const [
      { createDocumentRole, READERS },
      { createAccessService, createDocumentService },
      { createIdentityService },
      { createRpcMetrics },
      { createConnectHandler },
      { findInTexts },
    ] = await Promise.all([
      import('../roles/document/role.ts'),
      import('../ports/documents/service.ts'),
      import('../ports/identities/service.ts'),
      import('../rpc/call-pipeline.ts'),
      import('../rpc/connect.ts'),
      import('../ports/search/query/find-in-texts.ts'),
    ])
    const [readers] = await Promise.all([openContentReaders(base, READERS), languages])
    const role = createDocumentRole({
      ...resources,
      ...readers,
      findInTexts,
      authenticator,
      login: await openLoginProvider(base, secrets.tokens!),
      limiter: clientLimits.limiter,
      clock,
      newId,
      limits,
      metrics,
      log: logOf('document'),
    })
    reportDocuments(metrics, needs.database.pool)
    /** for gRPC and Connect */
    const calls = {
      handlers: createDocumentService(role.documents),
      identities: createIdentityService(identities!),
      access: createAccessService(role.documents),
      refusals: role.refusals,
      authenticator,
      guard,
      limits: clientLimits.ofRequests,
      newId,
      trustedProxies: listen.trustedProxies,
      metrics: createRpcMetrics(metrics),
      log: logOf('rpc'),
    }
    const server: RoleServer = {
      name: 'document',
      description: 'Documents and their contents',
      endpoints: role.endpoints,
      checks: checksOf({ database: needs.database, blobs: needs.blobs, cache: needs.cache }),
      raw: createConnectHandler(calls),
    }
    if (overrides.texts !== false) role.start()
    const stop = async (): Promise<void> => {
      await readers.stop()
      await role.stop()
    }
    return { value: { server, role, calls }, stop }
  })
}

/** How other roles call the document role. */
function composeDocuments(
  { config, has, overrides }: Base,
  { authenticator }: Ports,
  document: DocumentModule,
) {
  return defineModule(
    'documents',
    { authenticator, ...(has('document') && { document }) },
    async ({ authenticator, ...here }) => {
      if (overrides.documents) return { value: overrides.documents }
      const { url, timeout: deadlineMs } = config.documents
      const role = (here as { document?: { role: DocumentRole } }).document?.role.documents
      const value = await openDocuments(url, { role, deadlineMs, ...authenticator })
      return { value, stop: () => value.stop() }
    },
  )
}

function composeSignature(base: Base, ports: Ports, documents: DocumentsModule) {
  const { config, clock, newId, metrics, logOf, overrides } = base
  const { database, blobs } = ports
  return defineModule('signature', { limits: ports.limits, database, blobs, documents }, async (all) => {
    const {
      limits: { limiter },
      ...needs
    } = all
    const { createSignatureRole } = await import('../roles/signature/role.ts')
    const role = createSignatureRole({
      ...needs,
      mode: config.auth.mode,
      limiter,
      clock,
      newId,
      metrics,
      log: logOf('signature'),
      ...(overrides.signing && { limits: overrides.signing }),
    })
    if (overrides.sweeper !== false) role.start()
    const server: RoleServer = {
      name: 'signature',
      description: 'Signatures of documents',
      endpoints: role.endpoints,
      checks: checksOf(needs),
    }
    return { value: { server, role }, stop: () => role.stop() }
  })
}

function composeSearch({ clock }: Base, { searchIndex, authenticator }: Ports) {
  return defineModule('search', { searchIndex, authenticator }, async (needs) => {
    const { createSearchRole } = await import('../roles/search/role.ts')
    const {
      searchIndex: index,
      authenticator: { mode: authMode },
    } = needs
    const server: RoleServer = {
      name: 'search',
      description: 'Documents by words, and their numbers',
      endpoints: createSearchRole({ index, authMode, clock }).endpoints,
      checks: {
        async 'search index'() {
          await index.check()
          return fillingRemark(index)
        },
      },
    }
    return { value: { server } }
  })
}

function composeWs(base: Base, ports: Ports, documents: DocumentsModule) {
  const { config, clock, newId, metrics, logOf, overrides } = base
  const { secrets, authenticator, changes, cluster, limits } = ports
  const own = { secrets, authenticator, changes, cluster, documents, limits }
  return defineModule('ws', own, async (needs) => {
    const { createWsRole } = await import('../roles/ws/role.ts')
    const role = createWsRole({
      feed: needs.changes,
      cluster: needs.cluster,
      documents: needs.documents,
      authenticator: needs.authenticator,
      ticketKeys: ticketKeysOf(needs.secrets, config.auth.services.secondKey, clock),
      guard: base.guard,
      clientLimits: needs.limits,
      clock,
      newId,
      metrics,
      log: logOf('ws'),
      limits: { connections: config.limits.connections, ...overrides.ws },
      addressOf: createClientAddress(config.listen.trustedProxies),
      describes: {
        version: programVersion(),
        port: roleDefinition('ws').port!,
        topicNames: topicNames(config.changes.prefix).changes,
      },
    })
    await needs.changes.consume(role.consumer)
    await needs.cluster.start()
    const server: RoleServer = {
      name: 'ws',
      description: 'Messages about changes',
      endpoints: role.endpoints,
      checks: { changes: feedCheck(needs.changes) },
      upgrade: role.upgrade,
      drain: () => {
        role.drain()
        return role.stop()
      },
    }
    return { value: { server, role }, stop: () => role.stop() }
  })
}

function composeIndexer(base: Base, { changes, searchIndex, blobs, database }: Ports) {
  const { config, logOf } = base
  const own = { changes, searchIndex, blobs }
  // Only an index of this process can be lost by itself.
  const all = { ...own, ...(!isShared('search', config.search.url) && { database }) }
  return defineModule('indexer', all, async (needs) => {
    const { changes, searchIndex: index, blobs, ...others } = needs
    const { pool } = (others as { database?: Database }).database ?? {}
    const { consumer, stop } = await makeIndexer(base, { searchIndex: index, blobs })
    const stopFilling = pool && fillIndex({ config, index, pool, consumer, log: logOf('indexer') })
    await changes.consume(consumer)
    const server: RoleServer = {
      name: 'indexer',
      description: 'Changes, for the search index',
      endpoints: [],
      checks: { changes: feedCheck(changes) },
    }
    return {
      value: { server },
      async stop() {
        await stopFilling?.()
        await stop()
      },
    }
  })
}

/** Readiness depends on each of these. */
function checksOf(ports: Record<string, { check(): Promise<string | undefined | void> }>): HealthChecks {
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, () => port.check()]))
}

/** Less than a check may take: the status as last known is good enough. */
const REFRESH_LIMIT_MS = 1_000

/** The feed can deliver while it streams. */
function feedCheck(feed: Pick<ChangeFeed, 'status' | 'refreshStatus'>): () => Promise<string | undefined> {
  return async () => {
    const { state, problem, deadLetters } = await within(REFRESH_LIMIT_MS, feed.refreshStatus()).catch(() =>
      feed.status(),
    )
    if (state !== 'streaming' && state !== 'snapshot')
      throw new Error(problem ?? `the change feed is ${state}`)
    const letters = deadLetters > 0 && `${deadLetters} dead letters: see \`docmgr dead-letters list\``
    return [problem, letters].filter(Boolean).join('; ') || undefined
  }
}
