import type { Logger } from '../../runtime/logger.ts'

/** What adapters of search indexes are opened with. */
export interface SearchResources {
  /** where `sqlite:` keeps its file */
  folder?: string
  /** no other process uses the folder; by default true */
  isAlone?: boolean
  /** of the database whose documents are indexed: an index of another one in the folder is not used */
  databaseId?: string | undefined
  /** alias in Elasticsearch */
  index?: string
  /** milliseconds in which a thread of the index has to answer a call; by default what each kind of call may take */
  threadMs?: number | undefined
  log: Logger
}
