import { setTimeout as delay } from 'node:timers/promises'
import { DomainError } from '../../../domain/errors.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { answerOf, type Elasticsearch, isElasticsearchError } from './client.ts'
import { indexBody, indexName } from './index-definition.ts'

/** Five seconds for the shards of a new index to answer. */
const USABLE_ATTEMPTS = 50
const USABLE_PAUSE_MS = 100

export interface IndexSetup {
  /** Resolves when the alias is on the index of this mapping, which is created if necessary. */
  ready(): Promise<void>
  /** The index turned out to be missing: the next call of `ready` checks again. */
  invalidate(): void
}

/** Several processes may do this at the same time. */
export function createIndexSetup(client: Elasticsearch, alias: string, log: Logger): IndexSetup {
  let done: Promise<void> | undefined
  let wasThere = false
  return {
    ready() {
      done ??= ensureIndex({ client, alias, log, wasThere }).catch((error: unknown) => {
        done = undefined
        throw error
      })
      return done
    },
    invalidate() {
      done = undefined
      wasThere = true
    },
  }
}

interface Setup {
  client: Elasticsearch
  alias: string
  log: Logger
  /** there was an index before, while this process ran */
  wasThere: boolean
}

/**
 * An index of another mapping is replaced: the alias moves to a new, empty one. Its own index that was replaced by a
 * newer mapping is not used again, so that processes of two versions do not take the alias from each other.
 */
async function ensureIndex(setup: Setup): Promise<void> {
  const { client, alias } = setup
  const index = indexName(alias)
  let indexes = await indexesOf(client, alias)
  if (!indexes.includes(index)) {
    await createIndex(setup, indexes).catch(explainReadOnly(index))
    indexes = await indexesOf(client, alias)
  }
  if (!indexes.includes(index)) {
    const why = `the alias ${alias} is on ${indexes.join()}, which another version of docmgr has made after ${index}`
    throw new DomainError('unavailable', `${why}; to go back, delete ${index} and run \`docmgr reindex\``)
  }
  if (indexes.length > 1) await moveAlias(client, alias, index, indexes).catch(explainReadOnly(index))
  await waitUntilUsable(client, alias)
}

/** A user that only searches waits until the indexer has made the index. */
const explainReadOnly =
  (index: string) =>
  (error: unknown): never => {
    if (answerOf(error)?.type !== 'security_exception') throw error
    const why = `the search index ${index} is not there yet, and the user of search.url may not create it`
    throw new DomainError('unavailable', `${why}; the indexer does when it starts`, { cause: error })
  }

/** The indexes that the alias is on. */
async function indexesOf(client: Elasticsearch, alias: string): Promise<string[]> {
  const found = await client
    .ask<Record<string, unknown>>({ method: 'GET', path: `/${alias}/_alias` })
    .catch((error: unknown) => {
      if (isElasticsearchError(error, 'index_not_found_exception')) return {}
      throw error
    })
  if (!Object.hasOwn(found, alias)) return Object.keys(found)
  const why = `Elasticsearch has an index ${alias} where docmgr needs an alias; delete it, or set search.index`
  throw new DomainError('unavailable', why)
}

async function createIndex({ client, alias, log, wasThere }: Setup, replaced: string[]): Promise<void> {
  const index = indexName(alias)
  const body = indexBody(alias, replaced.length === 0)
  try {
    await client.ask({ method: 'PUT', path: `/${index}`, body, timeoutMs: 60_000 })
  } catch (error) {
    if (!isElasticsearchError(error, 'resource_already_exists_exception')) throw error
    // Created just now by another process, with its alias; or someone has removed its alias.
    if (replaced.length === 0)
      await client.ask({ method: 'PUT', path: `/${index}/_alias/${alias}`, body: { is_write_index: true } })
    return
  }
  if (replaced.length > 0)
    log.warn({ index, replaced }, 'created an empty search index for a new mapping: run `docmgr reindex`')
  else if (wasThere)
    log.warn({ index }, 'the search index was missing and is now empty: run `docmgr reindex`')
  else log.info({ index }, 'created the search index')
}

async function moveAlias(
  client: Elasticsearch,
  alias: string,
  index: string,
  indexes: string[],
): Promise<void> {
  const removals = indexes
    .filter((other) => other !== index)
    .map((other) => ({ remove: { index: other, alias } }))
  const actions = [...removals, { add: { index, alias, is_write_index: true } }]
  await client.ask({ method: 'POST', path: '/_aliases', body: { actions } })
}

/**
 * An index that was created just now has an alias before its shards answer; and for some milliseconds after the cluster
 * has reported it as healthy they can still refuse.
 */
async function waitUntilUsable(client: Elasticsearch, alias: string): Promise<void> {
  const query = { wait_for_status: 'yellow', timeout: '10s' }
  await client.ask({ method: 'GET', path: `/_cluster/health/${alias}`, query, timeoutMs: 15_000 })
  for (let attempts = 1; ; attempts++) {
    try {
      await client.ask({
        method: 'POST',
        path: `/${alias}/_analyze`,
        body: { analyzer: 'whitespace', text: 'ready' },
      })
      return
    } catch (error) {
      if (attempts >= USABLE_ATTEMPTS) throw error
      await delay(USABLE_PAUSE_MS)
    }
  }
}

/** A client for requests on the index: it sets the index up first, and again after it turned out to be missing. */
export function createIndexClient(client: Elasticsearch, setup: IndexSetup): Pick<Elasticsearch, 'ask'> {
  return {
    async ask(request) {
      await setup.ready()
      return client.ask<never>(request).catch((error: unknown) => {
        if (!isElasticsearchError(error, 'index_not_found_exception')) throw error
        setup.invalidate()
        throw new DomainError('unavailable', 'the search index is missing; try again', { cause: error })
      })
    },
  }
}
