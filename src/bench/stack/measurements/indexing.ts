/** How fast the indexer catches up with events that are in Kafka already, and what Debezium and a bare loader do. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Row } from '../../measurement.ts'
import { prose } from '../../texts.ts'
import { median } from '../../statistics.ts'
import { type DocumentLoader, openDocumentLoader, untilMerged } from '../load-documents.ts'
import { cpuOf } from '../process-cpu.ts'
import type { Content } from '../row-writer.ts'
import type { StackBench, StackMeasurement } from '../stack-bench.ts'

const LIMIT_MS = 120_000
/** Between two looks at how far it is: each costs the indexer a few milliseconds, which it has for its work at first. */
const LOOK_MS = { least: 20, most: 500 }
const CONTENT_BYTES = 1_024

interface Round {
  /** rows a second from commit into Kafka */
  captured: number
  /** documents a second */
  indexed: number
  /** seconds that the indexer computed for one document */
  cpu: number
  /** documents a second, of the loader */
  loaded: number
}

export const indexing: StackMeasurement = {
  name: 'indexing',
  async run(bench) {
    await bench.settled()
    const loader = await openDocumentLoader(bench.elasticsearch, bench.topology.names.index)
    try {
      return await withLoader(bench, loader)
    } finally {
      await loader.stop()
    }
  },
}

async function withLoader(bench: StackBench, loader: DocumentLoader): Promise<Row[]> {
  const { changes, contents, indexingRounds } = bench.scale
  const before = await bench.rows.size()
  // The first does not count: it warms the compilers of the indexer and of Elasticsearch.
  const [, ...rounds] = await inTurn(indexingRounds + 1, () => oneRound(bench, loader, changes))
  const after = await bench.rows.size()
  const [id] = await bench.newDocuments(1, prose(CONTENT_BYTES))
  const withContent = await oneRound(bench, loader, contents, await bench.rows.contentOf(id!))
  const stored = await storedBytes(bench)
  return [
    row(
      `${changes} rows from commit into Kafka, by Debezium`,
      median(rounds.map(({ captured }) => captured)),
    ),
    rateRow(`${changes} changes indexed, contents empty`, rounds, 0.8),
    rateRow(`${contents} changes indexed, contents of 1 KB from S3`, [withContent]),
    bytesRow(
      'PostgreSQL',
      (after.bytes - before.bytes) / (after.rows - before.rows),
      'table and indexes, a row',
    ),
    bytesRow('Elasticsearch', stored, 'store of the index, a document'),
  ]
}

async function inTurn<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  while (results.length < times) results.push(await work())
  return results
}

/** The indexer is held while the events come into Kafka, so that all of them are there when it goes on. */
async function oneRound(
  bench: StackBench,
  loader: DocumentLoader,
  count: number,
  content?: Content,
): Promise<Round> {
  const { rows, topics, elasticsearch, topology } = bench
  await bench.settled()
  const [indexer] = topology.instances('indexer')
  const done = await indexedBy(indexer!.url)
  indexer!.signal('SIGSTOP')
  let captured: number
  let ids: string[]
  try {
    const begun = performance.now()
    const already = await topics.events()
    ids = await rows.insertMany(count, content)
    await topics.reach(already + count)
    captured = (count * 1_000) / (performance.now() - begun)
    await untilMerged(elasticsearch)
  } finally {
    indexer!.signal('SIGCONT')
  }
  const { rate, cpu } = await catchUp(bench, done, count)
  await bench.settled()
  const documents = await elasticsearch.sources(topology.names.index, ids)
  if (documents.length !== count)
    throw new Error(`${documents.length} of ${count} documents are in the index`)
  await untilMerged(elasticsearch)
  const loaded = await loader.load(documents)
  return { captured, indexed: rate, cpu, loaded }
}

async function catchUp(
  bench: StackBench,
  done: number,
  count: number,
): Promise<{ rate: number; cpu: number }> {
  const { pid, url } = bench.role('indexer')
  const begun = performance.now()
  const before = await cpuOf(pid)
  for (;;) {
    const indexed = (await indexedBy(url)) - done
    const elapsed = performance.now() - begun
    if (indexed >= count)
      return { rate: (count * 1_000) / elapsed, cpu: ((await cpuOf(pid)) - before) / count }
    if (elapsed > LIMIT_MS)
      throw new Error(`${indexed} of ${count} changes were indexed within ${LIMIT_MS} ms`)
    // Half of the time that the rest will take, so that the end is seen soon.
    const rest = ((count - indexed) * elapsed) / Math.max(indexed, 1)
    await delay(Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, rest / 2)))
  }
}

/** How many documents the indexer has indexed since its start. */
async function indexedBy(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = [...text.matchAll(/^docmgr_indexer_documents_total\{[^}]*\} (\S+)$/gm)]
  return lines.reduce((sum, [, value]) => sum + Number(value), 0)
}

async function storedBytes({ elasticsearch, topology }: StackBench): Promise<number> {
  const { index } = topology.names
  await elasticsearch.call('POST', `/${index}/_refresh`)
  const { _all } = await elasticsearch.call<{
    _all: { primaries: { docs: { count: number }; store: { size_in_bytes: number } } }
  }>('GET', `/${index}/_stats/docs,store`)
  return _all.primaries.store.size_in_bytes / _all.primaries.docs.count
}

function rateRow(measure: string, rounds: Round[], atLeast?: number): Row {
  const cpu = median(rounds.map(({ cpu }) => cpu)) * 1e6
  const loaded = median(rounds.map(({ loaded }) => loaded))
  return {
    ...row(measure, median(rounds.map(({ indexed }) => indexed))),
    ratio: median(rounds.map(({ indexed, loaded }) => indexed / loaded)),
    ...(atLeast !== undefined && { atLeast }),
    detail: `loader of ready-made bodies ${Math.round(loaded).toLocaleString('en')} /s; indexer ${cpu.toFixed(0)} µs of CPU each`,
  }
}

const row = (measure: string, value: number): Row => ({ measure, value, unit: '/s' })

const bytesRow = (server: string, value: number, detail: string): Row => ({
  measure: `a document in ${server}`,
  value,
  unit: 'bytes',
  detail,
})
