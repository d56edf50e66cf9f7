import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'undici'
import { type Role, ROLES } from '../../config/roles.ts'
import { stack } from '../../testing/stack.ts'
import { startTopology, type Topology } from '../../testing/topology.ts'
import { load, openPool, withJson } from '../load.ts'
import { newDocument } from '../texts.ts'
import { createElasticsearchClient } from './elasticsearch.ts'
import { openRowWriter } from './row-writer.ts'
import type { StackScale } from './scale.ts'
import type { RoleProcess, StackBench } from './stack-bench.ts'
import { openTopicReader } from './topics.ts'

const MAKE_LIMIT_MS = 60_000
const SETTLE_LIMIT_MS = 60_000
const SETTLE_POLL_MS = 50
/** Rows that show by their arrival that everything before them has arrived: some for each partition. */
const MARKERS = 24

/** One process a role; Debezium asks for changes every 10 ms. */
export async function openStackBench(scale: StackScale): Promise<StackBench & { stop(): Promise<void> }> {
  const one = Object.fromEntries(ROLES.map((role) => [role, 1]))
  const topology = await startTopology(one, { connector: { 'poll.interval.ms': '10' } })
  const undo: (() => Promise<void>)[] = [() => topology.stop()]
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    return { ...(await shareTopology(scale, topology, undo)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function shareTopology(
  scale: StackScale,
  topology: Topology,
  undo: (() => Promise<void>)[],
): Promise<StackBench> {
  const { names } = topology
  const rows = await openRowWriter(names.directUrl)
  undo.push(() => rows.stop())
  const topics = await openTopicReader(stack.kafkaBrokers, names.prefix)
  undo.push(() => topics.stop())
  const elasticsearch = createElasticsearchClient(stack.elasticsearchUrl)
  undo.push(() => elasticsearch.stop())
  const pools = new Map<string, Pool>()
  undo.push(async () => void (await Promise.all([...pools.values()].map((pool) => pool.close()))))

  const role = (name: Role): RoleProcess => {
    const { pid, url } = processOf(topology, name)
    const pool = pools.get(url) ?? openPool(url)
    pools.set(url, pool)
    return { pid, url, pool }
  }
  const newDocuments = async (count: number, content?: string): Promise<string[]> => {
    const ids: string[] = []
    let missing = count
    const next = () => (missing-- > 0 ? withJson('POST', '/documents', newDocument(content)) : undefined)
    const onAnswer = (body: string): void => void ids.push((JSON.parse(body) as { id: string }).id)
    await load(role('document').pool, { next, status: 201, forMs: MAKE_LIMIT_MS, onAnswer })
    return ids
  }
  const made: string[] = []

  return {
    scale,
    topology,
    folder: names.folder,
    role,
    rows,
    topics,
    elasticsearch,
    newDocuments,
    async documents(count) {
      made.push(...(await newDocuments(Math.max(0, count - made.length))))
      return made.slice(0, count)
    },
    async settled() {
      const markers = await rows.insertMany(MARKERS)
      const end = performance.now() + SETTLE_LIMIT_MS
      while ((await elasticsearch.present(names.index, markers)) < MARKERS) {
        if (performance.now() > end) throw new Error(`changes were not indexed within ${SETTLE_LIMIT_MS} ms`)
        await delay(SETTLE_POLL_MS)
      }
    },
  }
}

function processOf(topology: Topology, role: Role): { pid: number; url: string } {
  const { pid, url } = topology.instances(role)[0]!
  if (pid === undefined) throw new Error(`${role} does not run`)
  return { pid, url }
}
