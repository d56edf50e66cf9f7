import { setTimeout as delay } from 'node:timers/promises'
import { DomainError } from '../../domain/errors.ts'
import type { Acknowledged } from './elasticsearch-acknowledged.ts'
import { type Elasticsearch, isElasticsearchError } from './elasticsearch-client.ts'
import { isRefusal } from './elasticsearch-errors.ts'
import type { IndexSetup } from './elasticsearch-setup.ts'

/** A document ready to be sent: action and source, each line with its end. */
export interface BulkEntry {
  id: string
  lines: string
  bytes: number
}

/** A document that Elasticsearch does not accept, however often it is sent. */
export interface Refusal {
  id: string
  reason: string
}

export interface BulkOptions {
  client: Elasticsearch
  alias: string
  setup: IndexSetup
  acknowledged: Acknowledged
  random: () => number
  /** ends the waiting between tries */
  signal: AbortSignal
}

/** Milliseconds before a further try: doubling, half of it at random so that many writers spread out. */
const FIRST_PAUSE_MS = 50
/** Together at most 1.6 s; who calls waits longer and begins anew. */
const TRIES = 6
const TIMEOUT_MS = 30_000

/**
 * Sends documents in one request and repeats, after a pause, those for which the server had no room; what the request
 * has done already is recognised by its version.
 * With `refresh` what was written can be found by then. What an earlier request wrote, and its primary may have lost, is
 * written with it.
 * @returns those that are refused
 * @throws DomainError unavailable
 */
export function createBulk({ client, alias, setup, acknowledged, random, signal }: BulkOptions) {
  return send

  async function send(entries: BulkEntry[], refresh: boolean): Promise<Refusal[]> {
    const refusals: Refusal[] = []
    const others = new Set<BulkEntry>()
    let left = entries
    for (let tries = 1; ; tries++) {
      const outcome = await post(left, refresh)
      refusals.push(...outcome.refused)
      const doubtful = acknowledged.takeDoubtful()
      doubtful.forEach((entry) => others.add(entry))
      left = outcome.again.concat(doubtful)
      if (left.length === 0) return refusals
      if (tries >= TRIES || signal.aborted) {
        acknowledged.giveBack(left.filter((entry) => others.has(entry)))
        throw outcome.reason ?? unavailable('its primary changes again and again')
      }
      if (outcome.again.length === 0) continue
      const full = FIRST_PAUSE_MS * 2 ** (tries - 1)
      await delay(full / 2 + (full / 2) * random(), undefined, { signal }).catch(() => {})
    }
  }

  async function post(entries: BulkEntry[], refresh: boolean): Promise<Outcome> {
    await setup.ready()
    const sent = acknowledged.sending()
    try {
      const answer = await client.ask<BulkAnswer>({
        method: 'POST',
        path: `/${alias}/_bulk`,
        query: {
          require_alias: true,
          filter_path: 'errors,items.*.status,items.*.error,items.*._primary_term',
          ...(refresh && { refresh }),
        },
        lines: entries.map(({ lines }) => lines).join(''),
        timeoutMs: TIMEOUT_MS,
        retries: 0,
      })
      const outcome = answer.errors ? sortOut(entries, answer) : DONE
      const again = new Set(outcome.again)
      const kept = again.size === 0 ? entries : entries.filter((entry) => !again.has(entry))
      acknowledged.answered(sent, kept, primaryTermOf(answer))
      return outcome
    } catch (error) {
      return afterFailure(entries, refresh, error)
    }
  }

  function forget(): void {
    setup.forget()
    acknowledged.forget()
  }

  function sortOut(entries: BulkEntry[], { items }: BulkAnswer): Outcome {
    const outcome: Outcome = { again: [], refused: [], reason: undefined }
    entries.forEach((entry, place) => {
      const { status, error } = items[place]!.index
      if (error === undefined || status === 409) return
      const reason = `${error.type}: ${error.reason}${error.caused_by ? `: ${error.caused_by.reason}` : ''}`
      if (isMissingIndex(error.type)) forget()
      if (isRefusal(error.type)) return void outcome.refused.push({ id: entry.id, reason })
      outcome.again.push(entry)
      outcome.reason = unavailable(`${status} ${reason}`)
    })
    return outcome
  }

  async function afterFailure(entries: BulkEntry[], refresh: boolean, error: unknown): Promise<Outcome> {
    if (isElasticsearchError(error) && isMissingIndex(error.type)) {
      forget()
      return { again: entries, refused: [], reason: unavailable(error.message) }
    }
    if (isElasticsearchError(error) && error.status === 413) return halve(entries, refresh, error.message)
    if (error instanceof DomainError && error.code === 'unavailable')
      return { again: entries, refused: [], reason: error }
    throw error
  }

  /** Something between here and the server takes only smaller requests. */
  async function halve(entries: BulkEntry[], refresh: boolean, reason: string): Promise<Outcome> {
    if (entries.length === 1)
      return { again: [], refused: [{ id: entries[0]!.id, reason }], reason: undefined }
    const middle = entries.length >> 1
    const refused = [
      ...(await send(entries.slice(0, middle), refresh)),
      ...(await send(entries.slice(middle), refresh)),
    ]
    return { again: [], refused, reason: undefined }
  }
}

interface BulkAnswer {
  errors: boolean
  items: {
    index: {
      status: number
      /** of the shard's primary; missing beside an error */
      _primary_term?: number
      error?: { type: string; reason: string; caused_by?: { reason: string } }
    }
  }[]
}

interface Outcome {
  again: BulkEntry[]
  refused: Refusal[]
  /** why there is something to do again */
  reason: DomainError | undefined
}

const DONE: Outcome = { again: [], refused: [], reason: undefined }

function primaryTermOf({ items }: BulkAnswer): number {
  let highest = 0
  for (const { index } of items) if (index._primary_term! > highest) highest = index._primary_term!
  return highest
}

const isMissingIndex = (type: string): boolean => type === 'index_not_found_exception'

const unavailable = (reason: string): DomainError =>
  new DomainError('unavailable', `the search index cannot be written now: ${reason}`)
