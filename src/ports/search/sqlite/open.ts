import { join } from 'node:path'
import { createPassageIndex } from '../passage-index.ts'
import type { SearchIndex } from '../port.ts'
import type { SearchResources } from '../resources.ts'
import { openSqliteEngine } from './engine.ts'

/** The search index in a file of the folder, which exists. */
export async function openSqliteSearch({ folder, log }: SearchResources): Promise<SearchIndex> {
  const path = join(folder!, 'search.db')
  const { engine, replaced } = await openSqliteEngine(path, log)
  if (replaced !== undefined && replaced !== 'missing')
    log.warn({ path }, `the search index was ${replaced}; an empty one takes its place`)
  return createPassageIndex(engine)
}
