import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSearch } from '../ports/search/open.ts'
import type { SearchIndex } from '../ports/search/port.ts'
import { silentLogger } from '../runtime/logger.ts'
import { TEST_FILE } from './test-file.ts'
import { type Undo, undoing } from './undoing.ts'

/** A folder of its own for files of the index; it is removed at the end. */
export async function newIndexFolder(t: Undo): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-search-'))
  undoing(t).after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** An empty index in a file; it stops at the end. */
export async function openTestSearch(t: Undo = TEST_FILE): Promise<SearchIndex> {
  const folder = await newIndexFolder(t)
  const index = await openSearch('sqlite:', { database: undefined, folder, log: silentLogger })
  undoing(t).after(() => index.stop())
  return index
}
