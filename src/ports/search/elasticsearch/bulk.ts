import { DomainError } from '../../../domain/errors.ts'
import { type Backoff, backoffMs, pause } from '../../../runtime/backoff.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { type BulkEntry, createAcknowledgedWrites } from './acknowledged-writes.ts'
import { type Elasticsearch, isElasticsearchError } from './client.ts'
import type { IndexSetup } from './create-index.ts'
import { blamesDocument, type ItemError } from './errors.ts'

export type { BulkEntry } from './acknowledged-writes.ts'

/** A document that Elasticsearch does not accept, however often it is sent. */
export interface Refusal {
  id: string
  reason: string
}

/**
 * Sends documents in one request, and again those that the server could not write now; what it has written is
 * recognised by its version. Documents that a failed primary may have lost are written with them.
 * @param refresh makes the documents searchable before it resolves
 * @returns the refused documents
 * @throws DomainError unavailable
 */
export type SendBulk = (entries: BulkEntry[], refresh: boolean) => Promise<Refusal[]>

export interface BulkOptions {
  client: Pick<Elasticsearch, 'ask'>
  alias: string
  setup: IndexSetup
  log: Logger
  /** maximum number of calls at the same time */
  maxRequests: number
  /** ends the pauses between attempts */
  signal: AbortSignal
}

/** Together at most 1.6 s. Callers wait longer and start again. */
const BACKOFF: Backoff = { firstMs: 50, limitMs: 1_000 }
const MAX_ATTEMPTS = 6
const TIMEOUT_MS = 30_000

export function createBulk({ client, alias, setup, log, maxRequests, signal }: BulkOptions): SendBulk {
  const acknowledged = createAcknowledgedWrites(maxRequests, (documents) =>
    log.warn({ documents }, 'primary changed; rewriting the last acknowledged documents'),
  )
  return send

  async function send(entries: BulkEntry[], refresh: boolean): Promise<Refusal[]> {
    const refusals: Refusal[] = []
    const rewritten = new Set<BulkEntry>()
    let left = entries
    for (let attempts = 1; ; attempts++) {
      const outcome = await post(left, refresh)
      refusals.push(...outcome.refused)
      const uncertain = acknowledged.takeUncertain()
      uncertain.forEach((entry) => rewritten.add(entry))
      left = outcome.failed.concat(uncertain)
      if (left.length === 0) return refusals
      if (attempts >= MAX_ATTEMPTS || signal.aborted) {
        acknowledged.putBack(left.filter((entry) => rewritten.has(entry)))
        throw outcome.reason ?? unavailable('its primary changes again and again')
      }
      if (outcome.failed.length > 0) await pause(backoffMs(attempts, BACKOFF), signal)
    }
  }

  async function post(entries: BulkEntry[], refresh: boolean): Promise<Outcome> {
    await setup.ready()
    const sent = acknowledged.onSend()
    try {
      const answer = await client.ask<BulkAnswer>({
        method: 'POST',
        path: `/${alias}/_bulk`,
        query: {
          require_alias: true,
          filter_path: 'errors,items.*.status,items.*.error,items.*._primary_term',
          ...(refresh && { refresh }),
        },
        lines: Buffer.concat(entries.flatMap(({ lines }) => lines)),
        timeoutMs: TIMEOUT_MS,
        retries: 0,
      })
      const outcome = answer.errors ? outcomeOf(entries, answer, invalidate) : ALL_WRITTEN
      const failed = new Set(outcome.failed)
      const written = failed.size === 0 ? entries : entries.filter((entry) => !failed.has(entry))
      acknowledged.onAnswer(sent, written, primaryTermOf(answer))
      return outcome
    } catch (error) {
      return outcomeOfError(entries, refresh, error)
    }
  }

  function invalidate(): void {
    setup.invalidate()
    acknowledged.reset()
  }

  async function outcomeOfError(entries: BulkEntry[], refresh: boolean, error: unknown): Promise<Outcome> {
    if (isElasticsearchError(error) && isMissingIndex(error.type)) {
      invalidate()
      return { failed: entries, refused: [], reason: unavailable(error.message) }
    }
    if (isElasticsearchError(error) && error.status === 413)
      return sendHalves(send, entries, refresh, error.message)
    return { failed: entries, refused: [], reason: passingFailure(error) }
  }
}

/** The failure of a request as a whole, which cannot be the fault of one of its documents. @throws any other error */
function passingFailure(error: unknown): DomainError {
  if (error instanceof DomainError && error.code === 'unavailable') return error
  if (isElasticsearchError(error)) return unavailable(error.message)
  throw error
}

/** A proxy before the server accepts only smaller requests. */
async function sendHalves(
  send: SendBulk,
  entries: BulkEntry[],
  refresh: boolean,
  reason: string,
): Promise<Outcome> {
  if (entries.length === 1) return { ...ALL_WRITTEN, refused: [{ id: entries[0]!.id, reason }] }
  const middle = entries.length >> 1
  const refused = [
    ...(await send(entries.slice(0, middle), refresh)),
    ...(await send(entries.slice(middle), refresh)),
  ]
  return { ...ALL_WRITTEN, refused }
}

interface BulkAnswer {
  errors: boolean
  items: {
    index: {
      status: number
      /** of the shard's primary; missing beside an error */
      _primary_term?: number
      error?: ItemError
    }
  }[]
}

interface Outcome {
  /** not written now */
  failed: BulkEntry[]
  refused: Refusal[]
  /** why some have failed */
  reason: DomainError | undefined
}

const ALL_WRITTEN: Outcome = { failed: [], refused: [], reason: undefined }

function outcomeOf(entries: BulkEntry[], { items }: BulkAnswer, onMissingIndex: () => void): Outcome {
  const outcome: Outcome = { failed: [], refused: [], reason: undefined }
  entries.forEach((entry, place) => {
    const { status, error } = items[place]!.index
    // The index has this version or a newer one.
    if (error === undefined || error.type === 'version_conflict_engine_exception') return
    const reason = `${error.type}: ${error.reason}${error.caused_by ? `: ${error.caused_by.reason}` : ''}`
    if (isMissingIndex(error.type)) onMissingIndex()
    if (blamesDocument(error)) return void outcome.refused.push({ id: entry.id, reason })
    outcome.failed.push(entry)
    outcome.reason = unavailable(`${status} ${reason}`)
  })
  return outcome
}

function primaryTermOf({ items }: BulkAnswer): number {
  let highest = 0
  for (const { index } of items) if (index._primary_term! > highest) highest = index._primary_term!
  return highest
}

const isMissingIndex = (type: string): boolean => type === 'index_not_found_exception'

const unavailable = (reason: string): DomainError =>
  new DomainError('unavailable', `the search index cannot be written now: ${reason}`)
