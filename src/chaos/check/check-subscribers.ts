import type { DocumentEntry } from '../history.ts'
import type { Check } from './fault.ts'
import { finalOf, operationsOf } from './operations.ts'

type Faults = ReturnType<Check>
type Followed = Extract<DocumentEntry, { subscriber: string }>

/** repeated, out of order, missed: what each subscriber of the document received. */
export const checkSubscribers: Check = (entries) => {
  const subscribers = new Set(entries.flatMap((entry) => ('subscriber' in entry ? entry.subscriber : [])))
  return [...subscribers].flatMap((subscriber) => {
    const own = entries.filter(
      (entry) => 'subscriber' in entry && entry.subscriber === subscriber,
    ) as Followed[]
    return [
      ...checkVersions(subscriber, own),
      ...checkSignatures(subscriber, own, entries),
      ...checkEnd(subscriber, own, entries),
    ]
  })
}

/** Versions grow by one, and the first one after a connection without resume or a reset follows the state that was read. */
function checkVersions(subscriber: string, own: Followed[]): Faults {
  const faults: Faults = []
  const received = new Set<string>()
  let last: number | undefined
  let read: number | undefined
  let wasReset = false
  for (const entry of own) {
    if (entry.kind === 'reset' || (entry.kind === 'connected' && !entry.resumed)) {
      wasReset ||= entry.kind === 'reset'
      last = read = undefined
    }
    if (entry.kind === 'state' && entry.version !== 'gone') read = entry.version
    if (entry.kind !== 'message' || !entry.seen) continue
    const { version } = entry.seen
    const what = `${entry.type} ${version}`
    if (received.has(what))
      faults.push({ promise: 'repeated', detail: `${subscriber} received ${what} twice` })
    received.add(what)
    if (last !== undefined && version < last)
      faults.push({
        promise: 'out of order',
        detail: `${subscriber} received version ${version} after ${last}`,
      })
    const expected = (last ?? read ?? version) + 1
    if (version > expected)
      faults.push({
        promise: 'missed',
        detail: `${subscriber} received version ${version} without ${expected}${wasReset ? ' after a reset' : ''}`,
      })
    last = Math.max(last ?? 0, version)
  }
  return faults
}

/** Each signature once; and every one that was asked for after the subscriber was there. */
function checkSignatures(subscriber: string, own: Followed[], all: readonly DocumentEntry[]): Faults {
  const faults: Faults = []
  const received = new Set<string>()
  for (const entry of own) {
    if (entry.kind !== 'message' || entry.signature === undefined) continue
    if (received.has(entry.signature))
      faults.push({
        promise: 'repeated',
        detail: `${subscriber} received signature ${entry.signature} twice`,
      })
    received.add(entry.signature)
  }
  // One that comes back after the deletion gets a 404, and nothing of before.
  const isGone = own.some((entry) => entry.kind === 'state' && entry.version === 'gone')
  if (own.at(-1)?.kind !== 'stayed' || isGone) return faults
  const since = own.findLast(
    (entry) => entry.kind === 'reset' || (entry.kind === 'connected' && !entry.resumed),
  )
  for (const { begun, outcome, result } of operationsOf(all, 'sign')) {
    if (outcome === 'ok' && since && begun > since.at && !received.has(result.signature!))
      faults.push({
        promise: 'missed',
        detail: `${subscriber} did not receive signature ${result.signature}`,
      })
  }
  return faults
}

/** One that stays has the last version, or the deletion. */
function checkEnd(subscriber: string, own: Followed[], all: readonly DocumentEntry[]): Faults {
  const final = finalOf(all)
  if (!final || own.at(-1)?.kind !== 'stayed') return []
  const states = own.flatMap((entry) => {
    if (entry.kind === 'state') return entry.version
    if (entry.kind !== 'message' || !entry.seen) return []
    return entry.type === 'document.deleted' ? ('gone' as const) : entry.seen.version
  })
  const known = states.includes('gone') ? 'gone' : Math.max(0, ...(states as number[]))
  const wanted = final.got?.version ?? 'gone'
  if (known === wanted) return []
  return [{ promise: 'missed', detail: `${subscriber} knows ${known} of the last state ${wanted}` }]
}
