/** How soon a commit can be searched for: by docmgr, and in turns with it by the barest program that indexes. */
import { setTimeout as delay } from 'node:timers/promises'
import { stack } from '../../testing/stack.ts'
import { within } from '../../testing/deadline.ts'
import { ask } from '../load.ts'
import type { Row } from '../measurement.ts'
import { percentile } from '../statistics.ts'
import { type Await, comparedRowsOf, type Latency, measureCommit, rowsOf } from './commit-latency.ts'
import { makeIndexLike } from './index-like.ts'
import { type Seen, watch } from './sightings.ts'
import type { StackBench } from './stack-bench.ts'
import { startWorker } from './worker.ts'

const LIMIT_MS = 10_000
/** Between two changes, at the least: about ten a second, with those of the baseline. */
const REST_MS = 75
/** Between two looks into the index. */
const LOOK_MS = 2
/** Changes before those that count. */
const WARM = 10

export interface Searchable {
  /** of docmgr, against a consumer that only reads */
  pairs: Latency[]
  /** of the bare indexer */
  floor: number[]
}

export async function measureSearchable(bench: StackBench, seen: Seen): Promise<Searchable> {
  const { topology, topics, elasticsearch, scale } = bench
  const [index, group] = [`${topology.names.index}-bare`, `${topology.names.group}-bench-indexer`]
  await makeIndexLike(elasticsearch, topology.names.index, index)
  const address = [stack.kafkaBrokers, topics.topic, group, stack.elasticsearchUrl, index]
  const bareIndexer = await startWorker('bare-indexer', ...address)
  try {
    await bareIndexer.call('start')
    const found = watch(bareIndexer)
    const measured: Searchable = { pairs: [], floor: [] }
    for (let n = -Math.min(WARM, scale.searches); n < scale.searches; n++) {
      await delay(REST_MS)
      const pair = await measureCommit(bench, seen, awaitFound)
      await delay(REST_MS)
      await bareIndexer.call('switch', true)
      const floor = await withoutIndexer(bench, (awaitRow) => measureCommit(bench, found, awaitRow))
      await bareIndexer.call('switch', false)
      if (n < 0) continue
      measured.pairs.push(pair)
      measured.floor.push(floor.bare)
    }
    return measured
  } finally {
    await bareIndexer.call('stop').catch(() => {})
    await bareIndexer.stop()
    await topics.deleteGroup(group)
    await elasticsearch.call('DELETE', `/${index}`)
  }
}

/** docmgr's indexer is held, so that the server has only the baseline to serve, and then catches up. */
async function withoutIndexer(
  bench: StackBench,
  work: (awaitRow: Await) => Promise<Latency>,
): Promise<Latency> {
  const { elasticsearch, topology } = bench
  const [indexer] = topology.instances('indexer')
  let made: string | undefined
  indexer!.signal('SIGSTOP')
  try {
    return await work(async (_, { id }) => {
      made = id
      return async (seen) => (await seen).at
    })
  } finally {
    indexer!.signal('SIGCONT')
    if (made !== undefined) await untilFound(() => elasticsearch.finds(topology.names.index, made!))
  }
}

/**
 * Searched for through docmgr once a look into the index has seen it: a search costs the role 2 ms of CPU and
 * Elasticsearch 4, and asked again and again they slow down the refresh that they wait for, here to twice its time.
 * Nobody looks before the event can be in Kafka.
 */
const awaitFound: Await = async ({ elasticsearch, topology, role }, { id, word, now }) => {
  const { pool } = role('search')
  const path = `/search?q=${encodeURIComponent(`"${word} clause"`)}&size=1`
  return async (seen) => {
    await seen
    await untilFound(() => elasticsearch.finds(topology.names.index, id))
    await untilFound(async () => {
      const { body } = await ask(pool, { method: 'GET', path }, 200)
      return (JSON.parse(body) as { total: number }).total > 0
    })
    return now()
  }
}

async function untilFound(look: () => Promise<boolean>): Promise<void> {
  const over = new AbortController()
  const looking = async (): Promise<void> => {
    while (!over.signal.aborted && !(await look())) await delay(LOOK_MS)
  }
  await within(LIMIT_MS, 'a row to be found', looking()).finally(() => over.abort())
}

export function searchableRows({ pairs, floor }: Searchable): Row[] {
  const measure = 'commit → searchable'
  const own = pairs.map((pair) => pair.own)
  const against = ([0.5, 0.99] as const).map((part): Row => {
    const [value, bare] = [percentile([...own], part), percentile([...floor], part)]
    const detail = `${floor.length} commits each, in turns; bare indexer ${bare.toFixed(1)} ms`
    return {
      measure: `${measure}, against a bare indexer, p${part * 100}`,
      value,
      unit: 'ms',
      ratio: value / bare,
      detail,
    }
  })
  return [
    ...comparedRowsOf(measure, pairs),
    ...rowsOf('commit → found by a bare indexer: one bulk request that refreshes, one search', floor),
    ...against,
  ]
}
