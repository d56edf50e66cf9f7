/** How fast the indexer catches up with events that are in Kafka already, against a loader of prepared bulk requests. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { stack } from '../../testing/stack.ts'
import { cpuOf, cpuSince, totalOf } from '../../testing/cpu.ts'
import { readMetric, until } from '../load.ts'
import type { Measurement, Row } from '../measurement.ts'
import { median } from '../table.ts'
import { bulkLines, type ElasticsearchClient, inParts, type Source } from './elasticsearch.ts'
import type { StackBench } from './open-stack-bench.ts'

const LIMIT_MS = 120_000
/** Between two looks at the indexer: each costs it a few milliseconds, which it needs for its work at first. */
const LOOK_MS = { least: 20, most: 500 }
const POLL_MS = 20
/** Bulk requests of the loader at the same time. */
const CONCURRENT_LOADS = 2
/** Settings of an index that no other can be created with. */
const OWN_SETTINGS = ['uuid', 'creation_date', 'provided_name', 'version', 'history']

interface Round {
  /** rows per second from commit into Kafka */
  captured: number
  /** documents per second, of docmgr and of the loader */
  indexed: number
  loaded: number
  /** seconds of the indexer's CPU per document */
  cpu: number
}

export const indexing: Measurement<StackBench> = {
  name: 'indexing',
  async run(bench) {
    const { changes, rounds } = bench.scale
    const admin = new Kafka({ brokers: stack.kafkaBrokers.split(','), logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const target = await createTwin(bench.elasticsearch, bench.topology.names.index)
    try {
      const measured: Round[] = []
      // The first round does not count: it warms the compilers of the indexer and of Elasticsearch.
      for (let n = -1; n < rounds; n++) measured.push(await oneRound(bench, admin, target, changes))
      measured.shift()
      const captured = median(measured.map((round) => round.captured))
      return [
        { measure: `${changes} rows from commit into Kafka, by Debezium`, value: captured, unit: '/s' },
        rateRow(`${changes} changes indexed, contents empty`, measured),
      ]
    } finally {
      await admin.disconnect()
      await bench.elasticsearch.call('DELETE', `/${target}`)
    }
  },
}

/** Creates an empty index with the same mapping and settings, for the loader. @returns its name */
async function createTwin({ call }: ElasticsearchClient, alias: string): Promise<string> {
  type Indices = Record<string, { mappings: object; settings: { index: Record<string, unknown> } }>
  const [{ mappings, settings }] = Object.values(await call<Indices>('GET', `/${alias}`)) as [Indices[string]]
  const own = Object.entries(settings.index).filter(([name]) => !OWN_SETTINGS.includes(name))
  await call('PUT', `/${alias}-loaded`, { mappings, settings: { index: Object.fromEntries(own) } })
  return `${alias}-loaded`
}

/** The indexer is stopped while the events come into Kafka, so that all of them are there when it continues. */
async function oneRound(bench: StackBench, admin: Admin, target: string, count: number): Promise<Round> {
  const { rows, elasticsearch, topology, settled } = bench
  await settled()
  const done = await readMetric(bench.role('indexer').pool, 'docmgr_indexer_documents_total')
  const topic = `${topology.names.prefix}.documents`
  const events = async (): Promise<number> =>
    (await admin.fetchTopicOffsets(topic)).reduce((sum, { offset }) => sum + Number(offset), 0)
  const [indexer] = topology.instances('indexer')
  indexer!.signal('SIGSTOP')
  const capture = async (): Promise<{ ids: string[]; captured: number }> => {
    const [begun, already] = [performance.now(), await events()]
    const ids = await rows.insertMany(count)
    await until('the events in Kafka', POLL_MS, async () => (await events()) >= already + count)
    const captured = perSecond(count, begun)
    await untilMerged(elasticsearch)
    return { ids, captured }
  }
  const { ids, captured } = await capture().finally(() => indexer!.signal('SIGCONT'))
  const { indexed, cpu } = await catchUp(bench, done, count)
  await settled()
  const documents = await elasticsearch.sources(topology.names.index, ids)
  if (documents.length !== count)
    throw new Error(`${documents.length} of ${count} documents are in the index`)
  await untilMerged(elasticsearch)
  return { captured, indexed, cpu, loaded: await loadInto(elasticsearch, target, documents) }
}

async function catchUp(
  { role }: StackBench,
  done: number,
  count: number,
): Promise<{ indexed: number; cpu: number }> {
  const { pid, pool } = role('indexer')
  const [begun, before] = [performance.now(), await cpuOf(pid)]
  for (;;) {
    const indexed = (await readMetric(pool, 'docmgr_indexer_documents_total')) - done
    const elapsed = performance.now() - begun
    if (indexed >= count)
      return { indexed: (count * 1_000) / elapsed, cpu: totalOf(cpuSince(before, await cpuOf(pid))) / count }
    if (elapsed > LIMIT_MS)
      throw new Error(`${indexed} of ${count} changes were indexed within ${LIMIT_MS} ms`)
    // Half of the time that the rest will take, so that the end is seen soon.
    const rest = ((count - indexed) * elapsed) / Math.max(indexed, 1)
    await delay(Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, rest / 2)))
  }
}

/** The baseline: prepared bodies. @returns documents per second */
async function loadInto({ call }: ElasticsearchClient, index: string, documents: Source[]): Promise<number> {
  const bodies = inParts(documents).map(bulkLines)
  const begun = performance.now()
  const work = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const { errors } = await call<{ errors: boolean }>('POST', `/${index}/_bulk`, body)
      if (errors) throw new Error('Elasticsearch has refused a document of the loader')
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT_LOADS }, work))
  return perSecond(documents.length, begun)
}

/** Elasticsearch merges what was written before; the next measurement would pay for it. */
const untilMerged = ({ call }: ElasticsearchClient): Promise<void> =>
  until('Elasticsearch to merge', POLL_MS, async () => {
    type Stats = { _all: { primaries: { merges: { current: number } } } }
    return (await call<Stats>('GET', '/_stats/merge'))._all.primaries.merges.current === 0
  })

const perSecond = (count: number, begun: number): number => (count * 1_000) / (performance.now() - begun)

function rateRow(measure: string, rounds: Round[]): Row {
  const medianOf = (pick: (round: Round) => number): number => median(rounds.map(pick))
  const loaded = Math.round(medianOf((round) => round.loaded)).toLocaleString('en')
  const cpu = (medianOf((round) => round.cpu) * 1e6).toFixed(0)
  return {
    measure,
    value: medianOf((round) => round.indexed),
    unit: '/s',
    ratio: medianOf((round) => round.indexed / round.loaded),
    atLeast: 0.8,
    detail: `loader of prepared bodies ${loaded} /s; indexer ${cpu} µs of CPU each`,
  }
}
