import { setTimeout as delay } from 'node:timers/promises'
import { DomainError } from '../../domain/errors.ts'
import { type Elasticsearch, isElasticsearchError } from './elasticsearch-client.ts'
import { INDEX_VERSION, indexBody, indexName } from './elasticsearch-index-settings.ts'

/** For the shards of a new index to answer: five seconds. */
const USABLE_TRIES = 50
const USABLE_PAUSE_MS = 100

export interface IndexSetup {
  /** Resolves when the alias is there with an index of this version, which it creates where there is none. */
  ready(): Promise<void>
  /** The index was missing all the same: the next call looks again. */
  forget(): void
}

/**
 * Several processes may do this at the same time.
 * @param onMade this one has made a new index, which is empty; `isAgain`: there was one before
 */
export function createIndexSetup(
  client: Elasticsearch,
  alias: string,
  onMade: (index: string, isAgain: boolean) => void,
): IndexSetup {
  let made: Promise<void> | undefined
  let isAgain = false
  return {
    ready() {
      made ??= ensureIndex(client, alias, (index) => onMade(index, isAgain)).catch((error: unknown) => {
        made = undefined
        throw error
      })
      return made
    },
    forget() {
      made = undefined
      isAgain = true
    },
  }
}

async function ensureIndex(
  client: Elasticsearch,
  alias: string,
  onMade: (index: string) => void,
): Promise<void> {
  let version = await heldVersion(client, alias)
  if (version === undefined) {
    await create(client, alias, onMade)
    version = await heldVersion(client, alias)
  }
  if (version === INDEX_VERSION) return untilUsable(client, alias)
  throw new DomainError(
    'unavailable',
    `the index behind ${alias} was made by another version of docmgr (${version ?? 'unknown'}, not ${INDEX_VERSION})`,
  )
}

/** The version of the index behind the alias, null when it has none; undefined when there is no alias. */
async function heldVersion(client: Elasticsearch, alias: string): Promise<number | null | undefined> {
  const held = await client
    .ask<Record<string, { mappings: { _meta?: { docmgr?: number } } }>>({
      method: 'GET',
      path: `/${alias}/_mapping`,
    })
    .catch((error: unknown) => {
      if (isElasticsearchError(error, 'index_not_found_exception')) return {}
      throw error
    })
  const [found] = Object.entries(held)
  if (found === undefined) return undefined
  const [index, { mappings }] = found
  if (index === alias) {
    const why = `Elasticsearch has an index ${alias} where docmgr needs an alias; delete it, or set search.index`
    throw new DomainError('unavailable', why)
  }
  return mappings._meta?.docmgr ?? null
}

async function create(client: Elasticsearch, alias: string, onMade: (index: string) => void): Promise<void> {
  const index = indexName(alias)
  try {
    await client.ask({ method: 'PUT', path: `/${index}`, body: indexBody(alias), timeoutMs: 60_000 })
    onMade(index)
  } catch (error) {
    if (!isElasticsearchError(error, 'resource_already_exists_exception')) throw error
    // By another process, just now; or its alias was taken away, and belongs to it.
    await client.ask({ method: 'PUT', path: `/${index}/_alias/${alias}`, body: { is_write_index: true } })
  }
}

/**
 * An index that was made just now, by this process or another, has an alias before its shards answer; and after the
 * cluster has called it healthy they can refuse for some milliseconds more.
 */
async function untilUsable(client: Elasticsearch, alias: string): Promise<void> {
  const query = { wait_for_status: 'yellow', timeout: '10s' }
  await client.ask({ method: 'GET', path: `/_cluster/health/${alias}`, query, timeoutMs: 15_000 })
  const analyze = (): Promise<unknown> =>
    client.ask({ method: 'POST', path: `/${alias}/_analyze`, body: { analyzer: 'stems', text: 'ready' } })
  for (let tries = 1; ; tries++) {
    try {
      await analyze()
      return
    } catch (error) {
      if (tries >= USABLE_TRIES) throw error
      await delay(USABLE_PAUSE_MS)
    }
  }
}
