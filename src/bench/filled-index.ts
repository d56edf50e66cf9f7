import { stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { openSearch } from '../ports/search/open.ts'
import type { SearchDocument, SearchIndex } from '../ports/search/port.ts'
import { silentLogger } from '../runtime/logger.ts'

/** UTF-16 code units of text in one call, and documents. */
const BATCH_UNITS = 2_000_000
const BATCH_DOCUMENTS = 2_000
/** The index merges its segments while it has nothing to do. It is at rest when it needs less CPU than this for so long. */
const REST_MS = 3_000
const REST_SHARE = 0.02

export interface FilledIndex {
  index: SearchIndex
  /** of the file and of the texts and titles in it, in UTF-8 */
  bytes: { file: number; text: number }
}

/** An index of these documents in `folder`, at rest. @param seconds in which it must be at rest */
export async function openFilledIndex(
  folder: string,
  documents: Iterable<SearchDocument>,
): Promise<FilledIndex> {
  const filled = await openSearch('sqlite:', { folder, log: silentLogger })
  let text = 0
  for (const batch of batchesOf(documents)) {
    await filled.index(batch)
    text += batch.reduce((sum, document) => sum + textsOf(document).reduce(addBytes, 0), 0)
  }
  await untilAtRest()
  // What was written last goes from the log into the file.
  await filled.stop()
  const index = await openSearch('sqlite:', { folder, log: silentLogger })
  const { size } = await stat(`${folder}/search.db`)
  return { index, bytes: { file: size, text } }
}

const textsOf = ({ title, content }: SearchDocument): string[] => [
  title,
  ...(content ?? []).map((part) => part.text),
]
const addBytes = (sum: number, text: string): number => sum + Buffer.byteLength(text)

function* batchesOf(documents: Iterable<SearchDocument>): Generator<SearchDocument[]> {
  let batch: SearchDocument[] = []
  let units = 0
  for (const document of documents) {
    batch.push(document)
    units += textsOf(document).reduce((sum, { length }) => sum + length, 0)
    if (batch.length < BATCH_DOCUMENTS && units < BATCH_UNITS) continue
    yield batch
    batch = []
    units = 0
  }
  if (batch.length > 0) yield batch
}

async function untilAtRest(): Promise<void> {
  for (;;) {
    const before = process.cpuUsage()
    await delay(REST_MS)
    const { user, system } = process.cpuUsage(before)
    if ((user + system) / 1_000 < REST_MS * REST_SHARE) return
  }
}
