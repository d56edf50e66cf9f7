import type { IndexFile } from './index-file.ts'

/** Pages that one step writes: some milliseconds, which a batch or a stop that comes meanwhile may have to wait. */
const STEP_PAGES = 64
/** Free pages are given back when more than one in so many is free. */
const FREE_SHARE = 50

/**
 * Each batch adds segments to the FTS5 tables (https://sqlite.org/fts5.html, 6.8). Merged ones are smaller and quicker to
 * read. @returns does one step of it; false when nothing was left to do
 */
export function createMerger(database: IndexFile): () => boolean {
  const changes = database.prepare('select total_changes() as count')
  const merges = ['words', 'passage_words'].map((table) =>
    database.prepare(`insert into ${table} (${table}, rank) values ('merge', ${STEP_PAGES})`),
  )
  const free = database.prepare(
    'select freelist_count as free, page_count as pages from pragma_freelist_count, pragma_page_count',
  )
  const countOf = (): number => (changes.get() as { count: number }).count
  return () => {
    for (const merge of merges) {
      const before = countOf()
      merge.run()
      // One change is that of the command itself.
      if (countOf() - before > 1) return true
    }
    const { free: unused, pages } = free.get() as { free: number; pages: number }
    if (unused * FREE_SHARE <= pages) return false
    database.exec(`pragma incremental_vacuum(${STEP_PAGES})`)
    return true
  }
}
