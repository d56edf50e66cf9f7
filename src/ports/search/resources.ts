import type { Logger } from '../../runtime/logger.ts'

/** What adapters of search indexes are opened with. */
export interface SearchResources {
  /** where `sqlite:` keeps its file */
  folder?: string
  /** no other process uses the folder; by default true */
  isAlone?: boolean
  /** alias in Elasticsearch */
  index?: string
  log: Logger
}
