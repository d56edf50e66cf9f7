import { createHash } from 'node:crypto'
import type { HistoryEntry, KeptEntry } from '../../domain/history.ts'

/** The history of one document, as its tables have it. */
export interface Chain {
  document_id: string
  /** null: there is none */
  head: { entries: number; sha256: string } | null
  /** by number */
  entries: readonly KeptEntry[]
}

/** What is wrong with one entry. */
export interface ChainFault {
  number: number
  detail: string
}

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * Finds what was altered, removed, inserted, moved or cut off. What rewrites all later entries and the head, too, is
 * found only by comparison with a copy, such as a backup.
 */
export function faultsOfChain({ document_id, head, entries }: Chain): ChainFault[] {
  const faults: ChainFault[] = []
  const report = (number: number, detail: string): void => void faults.push({ number, detail })
  const reportMissing = (first: number, last: number): void => {
    if (first === last) report(first, 'is missing')
    else if (first < last) report(first, `is missing, as are all up to ${last}`)
  }
  let previous: { number: number; sha256: string } | undefined
  for (const { number, entry, sha256 } of entries) {
    const expected = (previous?.number ?? 0) + 1
    reportMissing(expected, number - 1)
    const parsed = parse(entry)
    if (sha256Of(entry) !== sha256) report(number, 'is not what its SHA-256 is of')
    else if (parsed?.document_id !== document_id) report(number, 'belongs to another document')
    else if (parsed.number !== number) report(number, `is entry ${parsed.number}, moved`)
    else if (expected === number && parsed.previous !== previous?.sha256)
      report(Math.max(1, number - 1), `is not the one that entry ${number} follows`)
    previous = { number, sha256 }
  }
  const last = previous?.number ?? 0
  const end = head?.entries ?? 0
  reportMissing(last + 1, end)
  if (head === null && last === 0) report(1, 'is missing: there is no history')
  else if (head === null) report(last + 1, 'may be missing: nothing says where the history ends')
  else if (last > end) report(last, `is beyond the end of the history, which has ${end}`)
  else if (last === end && previous?.sha256 !== head.sha256)
    report(last, 'is not the one that ends the history')
  return faults
}

/** Finds values about people that were altered, or are missing although nobody erased them. */
export function faultsOfValues({ entries }: Chain): ChainFault[] {
  const parsed = entries.map(({ entry }) => parse(entry))
  const erased = new Set(parsed.flatMap((one) => (one?.action === 'history.erased' ? namedIn(one) : [])))
  return entries.flatMap(({ number, salted }, place) => {
    const expected: Record<string, string> = parsed[place]?.personal ?? {}
    const kept = new Map(Object.entries(salted ?? {}))
    const names = new Set([...Object.keys(expected), ...kept.keys()])
    return [...names].flatMap((name): ChainFault[] => {
      const value = kept.get(name)
      if (value === undefined)
        return erased.has(`${number} ${name}`)
          ? []
          : [{ number, detail: `lacks its ${name}, which nobody erased` }]
      return sha256Of(JSON.stringify(value)) === expected[name]
        ? []
        : [{ number, detail: `has another ${name} than it was made with` }]
    })
  })
}

const namedIn = ({ details }: HistoryEntry): string[] => details['values'] as string[]

function parse(text: string): HistoryEntry | undefined {
  try {
    return JSON.parse(text) as HistoryEntry
  } catch {
    return undefined
  }
}
