import { authorOf, type RestDocument } from './client.ts'
import { byDocument, checkDocument } from './check/check-history.ts'
import type { Fault } from './check/fault.ts'
import { operationsOf } from './check/operations.ts'
import type { History } from './history.ts'
import { readFinal, readList } from './read-back.ts'
import { pause } from './wait.ts'
import type { Workload, WorkloadOptions } from './workload/workload.ts'

/** How long index, cache, list and subscribers may take to agree with the rows, after the last strike. */
const SETTLE_MS = 180_000
const AGAIN_MS = 2_000
const CONCURRENCY = 6

/**
 * Reads everything back until no promise is broken, or until the limit is over. Then what is still broken is a fault.
 * Documents that were fine are not read again.
 */
export async function settle(
  { url, seed, history }: Pick<WorkloadOptions, 'url' | 'seed' | 'history'>,
  workload: Workload,
  limitMs = SETTLE_MS,
): Promise<Fault[]> {
  const end = performance.now() + limitMs
  let open = [...byDocument(history.entries).keys()]
  const everKnown = new Set(open)
  for (;;) {
    const listed = await readList(url, authorOf(seed))
    const known = byDocument(history.entries)
    await inParallel(open, async (key) => {
      const [create] = operationsOf(known.get(key)!, 'create')
      const final = await readFinal(url, key, create?.result.id, listed.get(key) ?? [])
      history.add({ kind: 'final', key, final })
    })
    markThoseThatStay(history, workload, open)
    const entries = byDocument(history.entries)
    const faults = open.flatMap((key) => checkDocument(key, entries.get(key)!))
    faults.push(...inventedIn(listed, everKnown))
    if (faults.length === 0 || performance.now() > end) return faults
    open = [...new Set(faults.map(({ key }) => key))].filter((key) => everKnown.has(key))
    await pause(AGAIN_MS)
  }
}

/** Documents that nobody created; their title may be damaged. */
function inventedIn(listed: Map<string, RestDocument[]>, known: Set<string>): Fault[] {
  return [...listed]
    .filter(([key]) => !known.has(key))
    .map(([key, [document]]) => ({
      promise: 'damaged',
      key,
      detail: `nobody created ${document!.id} with the title "${document!.title}"`,
    }))
}

function markThoseThatStay(history: History, { subscribers }: Workload, keys: string[]): void {
  for (const { key, name } of subscribers)
    if (keys.includes(key)) history.add({ kind: 'stayed', key, subscriber: name })
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next)
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
}
