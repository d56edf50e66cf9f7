import { stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The file of the index in the data folder; files with other endings are beside it. */
export const INDEX_FILE = 'search.db'

/** Beside a file in which damage was found. Opening a file reads little of it. */
export const DAMAGED = '-damaged'

/** What is known of the index without opening it. */
export interface IndexFileState {
  path: string
  /** with what was written last and is not in the file itself yet */
  bytes: number
  /** the next start replaces it */
  isDamaged: boolean
}

/** Undefined where there is none. */
export async function indexFileState(folder: string): Promise<IndexFileState | undefined> {
  const path = join(folder, INDEX_FILE)
  const [file, log, damaged] = await Promise.all(
    ['', '-wal', DAMAGED].map((suffix) => stat(path + suffix).catch(() => undefined)),
  )
  return file && { path, bytes: file.size + (log?.size ?? 0), isDamaged: damaged !== undefined }
}
