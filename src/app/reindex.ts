import type { Config } from '../config/schema.ts'
import type { ChangeEvent } from '../domain/change.ts'
import { DomainError } from '../domain/errors.ts'
import { isShared } from '../ports/adapters.ts'
import { type Backoff, backoffMs, pause } from '../runtime/backoff.ts'
import { createConsumerRunner } from '../ports/changes/delivery/consumer-runner.ts'
import { countDocuments, currentDocuments } from '../ports/changes/current-documents.ts'
import type { Consumer } from '../ports/changes/port.ts'
import {
  type Comparison,
  compareWithIndex,
  type Failure,
  reindex,
  type Reindexing,
} from '../roles/indexer/reindex.ts'
import { type Logger, silentLogger } from '../runtime/logger.ts'
import { defineModule, startGraph } from '../runtime/module.ts'
import { isTransient, translateError } from '../runtime/translate-error.ts'
import { createBase } from './base.ts'
import { makeIndexer } from './indexer.ts'
import { composeStores } from './stores.ts'

export type { Comparison, Failure, Reindexing }

/** What is unavailable is tried again until nothing has worked for so long. */
const PATIENCE_MS = 60_000
const RETRY: Backoff = { firstMs: 100, limitMs: 10_000 }
/** How long it is waited for what may be on its way to the index; a change takes well under a second. */
const GRACE_MS = 5_000
const GRACE_STEP_MS = 500
/** Servers are left to themselves: only what does not answer takes longer. */
const STOP_LIMIT_MS = 1_500

export interface ReindexingOptions {
  log: Logger
  /** ends the work: it rejects with the signal's reason, and whatever is not indexed by then is left for the next time */
  signal: AbortSignal
  /** only compare: contents are not read */
  check: boolean
  patienceMs?: number
  graceMs?: number
}

/** Database and index, open for the time of one command. */
export interface OpenReindexing {
  /** How many documents there are; undefined where counting takes too long. */
  total(): Promise<number | undefined>
  /** @throws DomainError unavailable when nothing has worked for a minute */
  compare(onDone: (documents: number) => void): Promise<Comparison>
  /** @throws DomainError unavailable when nothing has worked for a minute */
  reindex(onDone: (documents: number) => void, onFailure: (failure: Failure) => void): Promise<Reindexing>
  stop(): Promise<void>
}

/**
 * Opens what `docmgr reindex` works with: the stores that the configuration names, and the indexer of the service.
 * @throws FolderInUseError, Error with a sentence for the operator
 */
export async function openReindexing(config: Config, options: ReindexingOptions): Promise<OpenReindexing> {
  const { log, signal, check, patienceMs = PATIENCE_MS } = options
  const isEmbedded = !isShared('database', config.database.url)
  // Then the data folder is this process's alone, no indexer runs, and nothing is on its way.
  const { graceMs = isEmbedded ? 0 : GRACE_MS } = options
  const base = createBase(config, log)
  const { database, blobs, searchIndex } = composeStores(base)
  const indexer = defineModule('indexer', { searchIndex, blobs }, async (needs) => {
    const { consumer, stop } = await makeIndexer(base, needs)
    return { value: consumer, stop }
  })
  const graph = await startGraph(check ? [database, searchIndex] : [database, indexer], {
    stopLimitMs: isEmbedded ? config.shutdown.limit : STOP_LIMIT_MS,
  })
  const { pool } = graph.value(database)
  const { versions } = graph.value(searchIndex)

  const givenUp = new AbortController()
  const ended = AbortSignal.any([signal, givenUp.signal])
  let awaySince: number | undefined

  /** Tells `work` apart: it worked, it may work later, or it has not for too long, which ends everything. */
  async function watched<T>(work: () => Promise<T>): Promise<T> {
    ended.throwIfAborted()
    try {
      const value = await work()
      awaySince = undefined
      return value
    } catch (error) {
      const meaning = translateError(error)
      if (isTransient(meaning)) {
        awaySince ??= performance.now()
        if (performance.now() - awaySince >= patienceMs) givenUp.abort(inVain(meaning, patienceMs))
      } else awaySince = undefined
      throw meaning
    }
  }

  async function patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await watched(work)
      } catch (error) {
        if (!isTransient(error)) throw error
      }
      if (!ended.aborted) await pause(backoffMs(failures, RETRY, Math.random), ended)
      ended.throwIfAborted()
    }
  }

  /** As the change feed has it handled: who fails is found among the others, and put aside. */
  async function index(
    consumer: Consumer,
    events: ChangeEvent[],
    onFailure: (failure: Failure) => void,
  ): Promise<Failure[]> {
    const failures: Failure[] = []
    const runner = createConsumerRunner({
      consumer: { ...consumer, handle: (batch) => watched(() => consumer.handle(batch)) },
      deadLetters: {
        async add(_consumer, { key: id }, error) {
          const failure = { id, reason: error instanceof Error ? error.message : String(error) }
          failures.push(failure)
          onFailure(failure)
        },
      },
      log: silentLogger,
      signal: ended,
    })
    for (let start = 0; start < events.length; start += consumer.maxBatch) {
      await runner.run(events.slice(start, start + consumer.maxBatch))
      ended.throwIfAborted()
    }
    return failures
  }

  /** What is under way when it ends is not waited for: it fails once the stores are stopped. */
  function untilEnded<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {})
    const end = new Promise<never>((_, reject) => {
      if (ended.aborted) reject(ended.reason as Error)
      ended.addEventListener('abort', () => reject(ended.reason as Error), { once: true })
    })
    return Promise.race([work, end, graph.failed])
  }

  const compareOptions = (onDone: (documents: number) => void, concurrency: number) => ({
    read: (after: string | undefined, limit: number) => patiently(() => currentDocuments(pool, after, limit)),
    versions: (ids: string[]) => patiently(() => versions(ids)),
    concurrency,
    onDone,
  })

  return {
    total: () => countDocuments(pool).catch(() => undefined),

    compare(onDone) {
      let end: number | undefined
      const again = async (): Promise<boolean> => {
        end ??= performance.now() + graceMs
        if (performance.now() >= end) return false
        await pause(GRACE_STEP_MS, ended)
        return true
      }
      return untilEnded(compareWithIndex(compareOptions(onDone, 1), again))
    },

    reindex(onDone, onFailure) {
      const consumer = graph.value(indexer)
      const { concurrency = 1 } = consumer
      const work = reindex({
        ...compareOptions(onDone, concurrency),
        index: (events) => index(consumer, events, onFailure),
      })
      return untilEnded(work)
    },

    stop: () => graph.stop(),
  }
}

function inVain(problem: DomainError, ms: number): DomainError {
  const why =
    problem.cause instanceof Error ? `${problem.message} (${problem.cause.message})` : problem.message
  return new DomainError('unavailable', `nothing has worked for ${Math.round(ms / 1_000)} s: ${why}`, {
    cause: problem,
  })
}
