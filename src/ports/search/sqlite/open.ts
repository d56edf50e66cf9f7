import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createSearchIndex } from '../search-index.ts'
import type { SearchIndex } from '../port.ts'
import type { SearchResources } from '../resources.ts'
import { openSqliteEngine } from './engine.ts'
import { INDEX_FILE } from './file-state.ts'

/**
 * The search index in a file of the folder.
 * @throws Error with a sentence for the operator
 */
export async function openSqliteSearch({
  folder,
  isAlone = true,
  databaseId = '',
  threadMs,
  log,
}: SearchResources): Promise<SearchIndex> {
  await mkdir(folder!, { recursive: true })
  const path = join(folder!, INDEX_FILE)
  const opening = openSqliteEngine({ path, isAlone, databaseId }, log, threadMs)
  const { engine, unfilled, markFilled } = await opening.catch((cause: unknown) => {
    const reason = (cause as Error).message
    throw new Error(`the search index ${path} cannot be opened: ${reason}`, { cause })
  })
  const index = createSearchIndex(engine)
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
