import { Client } from 'pg'
import { Pool } from 'undici'
import { type Role, ROLES } from '../../config/roles.ts'
import { createUuidV7 } from '../../runtime/ids.ts'
import { stack } from '../../testing/stack.ts'
import { startTopology, type Topology } from '../../testing/topology.ts'
import { documentMaker, openPool, until } from '../load.ts'
import type { Scale, SharedBench } from '../measurement.ts'
import { createElasticsearchClient, inParts } from './elasticsearch.ts'

/** One process per role, with a database, topics and an index of their own. */
export interface StackBench extends SharedBench {
  topology: Topology
  role(role: Role): RoleProcess
  /** changes of the table of documents past the roles, for what comes after a commit */
  rows: ReturnType<typeof createRowWriter>
  elasticsearch: ReturnType<typeof createElasticsearchClient>
}

export interface RoleProcess {
  pid: number
  url: string
  /** to its port, past the gateway */
  pool: Pool
}

const SETTLE_POLL_MS = 50
/** Rows whose arrival shows that everything before them has arrived: some for each partition. */
const MARKERS = 24
const INSERT = `
  insert into documents.documents (id, title, content_size, content_sha256, s3_key, created_by)
  select id, title, 0, null, id || '/content', 'ada@example.com' from unnest($1::uuid[], $2::text[]) as row (id, title)`

/** Starts the roles; Debezium polls every 10 ms. */
export async function openStackBench(scale: Scale): Promise<StackBench> {
  const counts = Object.fromEntries(ROLES.map((role) => [role, 1]))
  const topology = await startTopology(counts, { connector: { 'poll.interval.ms': '10' } })
  const { names } = topology
  const client = new Client({ connectionString: names.directUrl, application_name: 'docmgr bench' })
  await client.connect().catch(async (error: unknown) => {
    await topology.stop()
    throw error
  })
  const rows = createRowWriter(client)
  const elasticsearchPool = new Pool(stack.elasticsearchUrl, { connections: 4 })
  const elasticsearch = createElasticsearchClient(elasticsearchPool)
  const processes = new Map(
    ROLES.map((role): [Role, RoleProcess] => {
      const { pid, url } = topology.instances(role)[0]!
      return [role, { pid: pid!, url, pool: openPool(url) }]
    }),
  )
  return {
    scale,
    topology,
    folder: names.folder,
    role: (role) => processes.get(role)!,
    rows,
    elasticsearch,
    ...documentMaker(processes.get('document')!.pool),
    async settled() {
      const markers = await rows.insertMany(MARKERS)
      const isIndexed = async (): Promise<boolean> =>
        (await elasticsearch.sources(names.index, markers)).length === MARKERS
      await until('changes to be indexed', SETTLE_POLL_MS, isIndexed)
    },
    async stop() {
      const pools = [elasticsearchPool, ...[...processes.values()].map(({ pool }) => pool)]
      await Promise.all([client.end(), ...pools.map((pool) => pool.close())]).finally(() => topology.stop())
    },
  }
}

function createRowWriter(client: Client) {
  const newId = createUuidV7()
  /** Commits rows with these ids, titles and an empty content in one transaction. */
  const insert = async (ids: string[], titles: string[]): Promise<void> => {
    await client.query(INSERT, [ids, titles])
  }
  return {
    newId,
    insert,
    /** Commits rows, a thousand at a time, and returns their ids. */
    async insertMany(count: number): Promise<string[]> {
      const ids = Array.from({ length: count }, newId)
      for (const some of inParts(ids))
        await insert(
          some,
          some.map((_, n) => `Agreement ${n} on deliveries`),
        )
      return ids
    },
    async rename(id: string, title: string): Promise<void> {
      await client.query('update documents.documents set title = $2 where id = $1', [id, title])
    },
  }
}
