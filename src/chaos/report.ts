import type { Fault } from './check/fault.ts'
import { shrinkHistory } from './check/shrink-history.ts'
import type { Entry, History } from './history.ts'
import type { Struck } from './strikes.ts'

/** A failure prints the history of so many documents; the others are in the file. */
const SHOWN = 3

function describeCounts(counts: Map<string, number>): string {
  return [...counts]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([what, times]) => `${what} ${times}`)
    .join(', ')
}

/** What a run did, as lines. */
export function describeRun({ entries }: History, operations: Map<string, number>, struck: Struck): string[] {
  const count = (kind: Entry['kind']): number => entries.filter((entry) => entry.kind === kind).length
  return [
    `strikes: ${describeCounts(struck.counts)}`,
    `operations: ${describeCounts(operations)}`,
    `subscribers: ${count('message')} messages over ${count('connected')} connections, ${count('reset')} resets`,
    `slowest recovery: ${struck.slowest.ms} ms, after ${struck.slowest.name}`,
  ]
}

/** The shortest history of some faults, and each fault: last, because the end of a long output is what is looked at. */
export function describeFaults(entries: readonly Entry[], faults: Fault[]): string[] {
  const shown = [...new Map(faults.map((fault) => [fault.key, fault])).values()].slice(0, SHOWN)
  return [
    ...shown.flatMap((fault) => [
      `the shortest history of ${fault.key} (${fault.promise}: ${fault.detail}):`,
      ...shrinkHistory(entries, fault).map((entry) => `  ${JSON.stringify(entry)}`),
      '',
    ]),
    ...faults.map(({ promise, key, detail }) => `FAULT  ${promise}: ${key}: ${detail}`),
  ]
}
