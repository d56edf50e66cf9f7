import type { DocumentEntry, Entry } from '../history.ts'
import { byDocument, checkDocument } from './check-history.ts'
import type { Fault } from './fault.ts'

/**
 * The fewest entries of the fault's document that still show it, and the strikes during them. An operation goes or stays as
 * a whole. What is left is no run of its own: it is what to look at.
 */
export function shrinkHistory(entries: readonly Entry[], fault: Fault): Entry[] {
  let left = byDocument(entries).get(fault.key) ?? []
  const shows = (some: DocumentEntry[]): boolean =>
    checkDocument(fault.key, some).some(
      ({ promise, detail }) => promise === fault.promise && detail === fault.detail,
    )
  for (const unit of unitsOf(left)) {
    const without = left.filter((entry) => !unit.has(entry))
    if (shows(without)) left = without
  }
  const from = left[0]?.at ?? 0
  const to = left.at(-1)?.at ?? 0
  return [...left, ...strikesBetween(entries, from, to)].sort((one, other) => one.at - other.at)
}

/** What can be left out together. */
function unitsOf(entries: DocumentEntry[]): Set<DocumentEntry>[] {
  const operations = new Map<number, Set<DocumentEntry>>()
  const units: Set<DocumentEntry>[] = []
  for (const entry of entries) {
    const known = 'op' in entry ? operations.get(entry.op) : undefined
    if (known) {
      known.add(entry)
      continue
    }
    const unit = new Set([entry])
    if ('op' in entry) operations.set(entry.op, unit)
    units.push(unit)
  }
  return units
}

function strikesBetween(entries: readonly Entry[], from: number, to: number): Entry[] {
  return entries.filter((entry) => entry.kind === 'strike' && entry.at >= from && entry.at <= to)
}
