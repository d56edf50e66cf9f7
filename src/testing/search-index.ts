import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseId } from '../db/database-id.ts'
import { openRunning } from '../db/open.ts'
import { openSearch } from '../ports/search/open.ts'
import type { SearchIndex, StoredDocument } from '../ports/search/port.ts'
import { silentLogger } from '../runtime/logger.ts'
import { TEST_FILE } from './test-file.ts'
import { type Undo, undoing } from './undoing.ts'

/** A folder of its own for files of the index; it is removed at the end. */
export async function newIndexFolder(t: Undo): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-search-'))
  undoing(t).after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function openBeside(data: string): Promise<SearchIndex> {
  const log = silentLogger
  const folder = join(data, 'postgres')
  const database = await openRunning({ folder, poolSize: 1, statementTimeout: 10_000, log })
  const id = await databaseId(database.pool).finally(() => database.stop())
  return openSearch('sqlite:', { folder: data, isAlone: false, databaseId: id, log })
}

/** The index of a service that runs on this data folder, which is opened beside it; it stops at the end. */
export async function openIndexBeside(data: string, t: Undo = TEST_FILE): Promise<SearchIndex> {
  const index = await openBeside(data)
  undoing(t).after(() => index.stop())
  return index
}

/** All that the index of a service that runs on this data folder has, by id, with tombstones. */
export async function indexedDocuments(data: string): Promise<Map<string, StoredDocument>> {
  const all = new Map<string, StoredDocument>()
  const index = await openBeside(data)
  try {
    for (let after: string | undefined; ;) {
      const page = await index.list(after, 1_000)
      if (page.length === 0) return all
      after = page.at(-1)!.id
      for (const [id, document] of await index.stored(page.map(({ id }) => id))) all.set(id, document)
    }
  } finally {
    await index.stop()
  }
}

/** An empty index in a file; it stops at the end. */
export async function openTestSearch(t: Undo = TEST_FILE, threadMs?: number): Promise<SearchIndex> {
  const folder = await newIndexFolder(t)
  const index = await openSearch('sqlite:', { folder, threadMs, log: silentLogger })
  undoing(t).after(() => index.stop())
  return index
}
