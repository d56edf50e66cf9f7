/** How soon a commit can be searched for: by docmgr, and in turns with it by the barest program that indexes. */
import { setTimeout as delay } from 'node:timers/promises'
import { stack } from '../../testing/stack.ts'
import { within } from '../../testing/deadline.ts'
import { ask } from '../load.ts'
import type { Row } from '../measurement.ts'
import { percentile } from '../statistics.ts'
import { type Await, comparedRowsOf, type Latency, measureCommit, rowsOf } from './commit-latency.ts'
import type { Observe } from './baseline-observer.ts'
import type { StackBench } from './stack-bench.ts'
import { startWorker, type Worker } from './worker.ts'

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
  /** until a look into the index saw it, with a bare indexer in the place of docmgr's */
  floor: number[]
}

export async function measureSearchable(bench: StackBench, seen: Observe): Promise<Searchable> {
  const { topology, topics, scale } = bench
  const group = `${topology.names.group}-bench-indexer`
  const address = [stack.kafkaBrokers, topics.topic, group, stack.elasticsearchUrl, topology.names.index]
  const bareIndexer = await startWorker('bare-indexer', ...address)
  try {
    await bareIndexer.call('start')
    const measured: Searchable = { pairs: [], floor: [] }
    for (let n = -Math.min(WARM, scale.searches); n < scale.searches; n++) {
      await delay(REST_MS)
      const pair = await measureCommit(bench, seen, awaitFound)
      await delay(REST_MS)
      const { visible } = await withIndexer(bareIndexer, bench, () =>
        measureCommit(bench, seen, awaitVisible),
      )
      if (n < 0) continue
      measured.pairs.push(pair)
      measured.floor.push(visible)
    }
    return measured
  } finally {
    await bareIndexer.call('stop').catch(() => {})
    await bareIndexer.stop()
    await topics.deleteGroup(group)
  }
}

/** docmgr's indexer is held; then it finds that everything is done. */
async function withIndexer<T>(bareIndexer: Worker, bench: StackBench, work: () => Promise<T>): Promise<T> {
  const [indexer] = bench.topology.instances('indexer')
  await bareIndexer.call('switch', true)
  indexer!.signal('SIGSTOP')
  try {
    return await work()
  } finally {
    indexer!.signal('SIGCONT')
    await bareIndexer.call('switch', false)
  }
}

/**
 * Searched for through docmgr once a look into the index has seen it: a search costs the role 2 ms of CPU and
 * Elasticsearch 4, and asked again and again they slow down the refresh that they wait for, here to twice its time.
 */
const awaitFound: Await = async (bench, row) => {
  const { pool } = bench.role('search')
  const path = `/search?q=${encodeURIComponent(`"${row.word} clause"`)}&size=1`
  const isFound = async (): Promise<boolean> => {
    const { body } = await ask(pool, { method: 'GET', path }, 200)
    return (JSON.parse(body) as { total: number }).total > 0
  }
  // A client that searches repeatedly has had the new word stemmed by then.
  if (await isFound()) throw new Error(`${row.word} is found before it is there`)
  const visible = await awaitVisible(bench, row)
  return async (seen) => {
    const { at: visibleAt } = await visible(seen)
    await untilFound(isFound)
    return { at: row.now(), visibleAt }
  }
}

/** The first search follows the arrival of the event in Kafka. */
const awaitVisible: Await = async ({ elasticsearch, topology }, { id, now }) => {
  return async (seen) => {
    await seen
    await untilFound(() => elasticsearch.finds(topology.names.index, id))
    return { at: now() }
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
  const visible = pairs.map((pair) => pair.visible)
  const against = rowsOf('commit → visible to a bare search', visible).map((row, place): Row => {
    const bare = percentile([...floor], place === 0 ? 0.5 : 0.99)
    const detail = `${row.detail}, with a bare indexer in the place of docmgr's ${bare.toFixed(1)} ms`
    return { ...row, ratio: row.value / bare, detail }
  })
  return [...comparedRowsOf('commit → searchable', pairs), ...against]
}
