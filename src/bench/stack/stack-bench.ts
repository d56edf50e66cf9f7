import type { Pool } from 'undici'
import type { Role } from '../../config/roles.ts'
import type { Topology } from '../../testing/topology.ts'
import type { Measurement } from '../measurement.ts'
import type { ElasticsearchClient } from './elasticsearch.ts'
import type { RowWriter } from './row-writer.ts'
import type { StackScale } from './scale.ts'
import type { TopicReader } from './topics.ts'

/** One process of a role. */
export interface RoleProcess {
  readonly pid: number
  readonly url: string
  /** to its port, past the gateway */
  readonly pool: Pool
}

/** What the measurements share: one process a role, with a database, topics and an index of their own. */
export interface StackBench {
  scale: StackScale
  topology: Topology
  /** the topology's temporary folder */
  folder: string
  role(role: Role): RoleProcess
  /** changes of the tables past the roles, for what comes after a commit */
  rows: RowWriter
  topics: TopicReader
  elasticsearch: ElasticsearchClient
  /** The ids of `count` documents, which are made through the document role where they are missing. */
  documents(count: number): Promise<string[]>
  /** Makes documents, and gives their ids. */
  newDocuments(count: number, content?: string): Promise<string[]>
  /** Waits until every change so far has been indexed. */
  settled(): Promise<void>
}

export type StackMeasurement = Measurement<StackBench>
