import type { DocumentEntry, Entry } from '../history.ts'
import { checkDamaged, checkRepeatedCreate, checkResurrected, checkStale } from './check-reads.ts'
import { checkLost } from './check-state.ts'
import { checkSubscribers } from './check-subscribers.ts'
import type { Fault } from './fault.ts'

const CHECKS = [checkLost, checkStale, checkResurrected, checkRepeatedCreate, checkDamaged, checkSubscribers]

/** The promises that the history shows to be broken, each once. */
export function checkHistory(entries: readonly Entry[]): Fault[] {
  return [...byDocument(entries)].flatMap(([key, own]) => checkDocument(key, own))
}

export function checkDocument(key: string, entries: readonly DocumentEntry[]): Fault[] {
  const faults = CHECKS.flatMap((check) => check(entries)).map((fault) => ({ ...fault, key }))
  return [...new Map(faults.map((fault) => [`${fault.promise} ${fault.detail}`, fault])).values()]
}

/** The entries of each document, in order. */
export function byDocument(entries: readonly Entry[]): Map<string, DocumentEntry[]> {
  const found = new Map<string, DocumentEntry[]>()
  for (const entry of entries) {
    if (entry.kind === 'strike') continue
    const own = found.get(entry.key)
    if (own) own.push(entry)
    else found.set(entry.key, [entry])
  }
  return found
}
