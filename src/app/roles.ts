import { createClientAddress } from '../http/context.ts'
import { openDocuments } from '../ports/documents/open.ts'
import type { DocumentRole } from '../roles/document/role.ts'
import { defineModule } from '../runtime/module.ts'
import type { Base } from './base.ts'
import { makeIndexer } from './indexer.ts'
import type { Stores } from './stores.ts'

export type Roles = ReturnType<typeof composeRoles>

/** The roles over their stores. Their code is loaded only where they run. */
export function composeRoles(base: Base, stores: Stores) {
  const { config, clock, newId, metrics, logOf, has, findings, overrides } = base
  const { authenticator, database, blobs, cache, searchIndex, changes, cluster } = stores
  const { limits, listen } = config

  const document = defineModule('document', { database, blobs, cache }, async (needs) => {
    const { createDocumentRole } = await import('../roles/document/role.ts')
    const value = createDocumentRole({ ...needs, clock, newId, limits, log: logOf('document') })
    return { value, stop: () => value.stop() }
  })

  /** How the signature role reaches the document role. */
  const documents = defineModule(
    'documents',
    { authenticator, ...(has('document') && { document }) },
    async ({ authenticator: { tokens }, ...here }) => {
      if (overrides.documents) return { value: overrides.documents }
      const { url, timeout: deadlineMs } = config.documents
      const role = (here as { document?: DocumentRole }).document?.documents
      const value = await openDocuments(url, { role, deadlineMs, tokens, caller: 'signature' })
      return { value, stop: () => value.stop() }
    },
  )

  const signature = defineModule('signature', { database, blobs, documents }, async (needs) => {
    const { createSignatureRole } = await import('../roles/signature/role.ts')
    const value = createSignatureRole({
      ...needs,
      clock,
      newId,
      metrics,
      log: logOf('signature'),
      ...(overrides.signing && { limits: overrides.signing }),
    })
    if (overrides.sweeper !== false) value.start()
    return { value, stop: () => value.stop() }
  })

  const search = defineModule('search', { searchIndex }, async ({ searchIndex: index }) => {
    const { searchEndpoints } = await import('../roles/search/role.ts')
    return { value: { endpoints: searchEndpoints({ index, clock }), index } }
  })

  const ws = defineModule('ws', { changes, cluster, authenticator }, async (needs) => {
    const { createWsRole } = await import('../roles/ws/role.ts')
    const value = createWsRole({
      feed: needs.changes,
      cluster: needs.cluster,
      authenticator: needs.authenticator,
      clock,
      newId,
      metrics,
      log: logOf('ws'),
      limits: { connections: limits.connections, ...overrides.ws },
      addressOf: createClientAddress(listen.trustedProxies),
    })
    await needs.changes.consume(value.consumer)
    await needs.cluster.start()
    return { value, stop: () => value.stop() }
  })

  const indexer = defineModule('indexer', { changes, searchIndex, blobs }, async ({ changes, ...needs }) => {
    const { consumer, stop } = await makeIndexer(base, needs)
    await changes.consume(consumer)
    return { value: {}, stop }
  })

  /** Reads the feed once all its consumers are registered; stops before them. */
  const delivery = defineModule(
    'delivery',
    { changes, ...(has('indexer') && { indexer }), ...(has('ws') && { ws }) },
    async ({ changes }) => {
      await changes.start()
      findings.push(...changes.findings)
      return { value: changes, stop: () => changes.stop() }
    },
  )

  return { document, documents, signature, search, ws, delivery }
}
