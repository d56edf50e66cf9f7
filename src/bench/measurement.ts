import type { Pool } from 'undici'
import type { ServiceProcess } from '../testing/service-process.ts'
import type { Scale } from './scale.ts'

/** One line of the table. */
export interface Row {
  measure: string
  value: number
  unit: 'µs' | 'ms' | 's' | 'bytes' | 'KB' | 'MB' | 'files/s' | '/s' | '/CPU-s' | '×'
  /** The figure as a multiple of its baseline's: of the bare server's CPU for the same bytes, of page 1, … */
  ratio?: number
  /** What is good enough: an upper bound of the ratio, where there is one, or else of the value. */
  aim?: number
  /** The same where more is better: a lower bound. */
  atLeast?: number
  /** what the figure consists of */
  detail?: string
}

/** What the measurements share: one service on a folder of its own, on loopback. */
export interface Bench {
  scale: Scale
  service: ServiceProcess
  /** to the port with all routes */
  pool: Pool
  /** a temporary folder that is removed at the end */
  folder: string
  /** Makes documents, and gives their ids. */
  newDocuments(count: number): Promise<string[]>
  /** The ids of `count` documents, which are made where they are missing. */
  documents(count: number): Promise<string[]>
  /** Waits until every change has reached the search index and the WebSocket clients. */
  settled(): Promise<void>
}

export interface Measurement<B = Bench> {
  name: string
  run(bench: B): Promise<Row[]>
}
