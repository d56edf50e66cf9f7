import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createPassageIndex } from '../passage-index.ts'
import type { SearchIndex } from '../port.ts'
import type { SearchResources } from '../resources.ts'
import { openSqliteEngine } from './engine.ts'

/** The search index in a file of the folder. */
export async function openSqliteSearch({
  folder,
  isAlone = true,
  log,
}: SearchResources): Promise<SearchIndex> {
  await mkdir(folder!, { recursive: true })
  const { engine, unfilled, markFilled } = await openSqliteEngine(join(folder!, 'search.db'), isAlone, log)
  const index = createPassageIndex(engine)
  if (unfilled === undefined) return index
  const filling = {
    reason: unfilled,
    documents: 0,
    async done() {
      await markFilled()
      delete index.filling
    },
  }
  return Object.assign(index, { filling })
}
