import type { DocumentEntry, Seen } from '../history.ts'
import { type Check, STATUSES } from './fault.ts'
import { finalOf, operationsOf } from './operations.ts'

/** lost: what was acknowledged is not there; two acknowledged changes have one version; a version went backwards. */
export const checkLost: Check = (entries) => {
  const final = finalOf(entries)
  const faults: ReturnType<Check> = []
  const lost = (detail: string): void => void faults.push({ promise: 'lost', detail })
  const states = new Map<number, string>()
  for (const seen of everySeen(entries)) {
    const text = `"${seen.title}" ${seen.status}`
    const before = states.get(seen.version)
    if (before !== undefined && before !== text)
      lost(`version ${seen.version} was ${before}, and was ${text}`)
    states.set(seen.version, text)
  }
  for (const { operation, outcome, result } of operationsOf(entries, 'patch')) {
    if (outcome !== 'ok' || !result.seen) continue
    const { title = result.seen.title, status = result.seen.status } = operation
    if (title !== result.seen.title || status !== result.seen.status)
      lost(`a change to ${title} ${status} was acknowledged with ${result.seen.title} ${result.seen.status}`)
  }
  if (!final) return faults
  const created = operationsOf(entries, 'create').some(({ outcome }) => outcome === 'ok')
  const deletes = operationsOf(entries, 'delete').filter(({ outcome }) => outcome !== 'fail')
  if (created && !final.got && deletes.length === 0) lost('the document was acknowledged and is not there')
  if (final.got) faults.push(...checkFinalState(entries, final.got, states))
  if (final.got) faults.push(...checkSignatures(entries))
  return faults
}

function checkFinalState(
  entries: readonly DocumentEntry[],
  last: Seen,
  states: Map<number, string>,
): ReturnType<Check> {
  const faults: ReturnType<Check> = []
  const newest = Math.max(...states.keys())
  if (newest > last.version)
    faults.push({ promise: 'lost', detail: `version ${newest} was seen, and the last is ${last.version}` })
  const patches = operationsOf(entries, 'patch')
  const titled = patches.filter(({ operation }) => operation.title !== undefined)
  const acknowledged = titled.filter(({ outcome, result }) => outcome === 'ok' && result.seen)
  const latest = acknowledged.sort((one, other) => other.result.seen!.version - one.result.seen!.version)[0]
  const possible = new Set(
    titled.filter(({ outcome }) => outcome === 'unknown').map((one) => one.operation.title),
  )
  if (latest && last.title !== latest.operation.title && !possible.has(last.title))
    faults.push({ promise: 'lost', detail: `the title is "${last.title}" after "${latest.operation.title}"` })
  for (const { outcome, result } of patches) {
    const { status } = result.seen ?? {}
    if (outcome === 'ok' && STATUSES.indexOf(status!) > STATUSES.indexOf(last.status))
      faults.push({ promise: 'lost', detail: `the status is ${last.status} after ${status}` })
  }
  // Every version is a change that somebody asked for, once.
  const changes =
    patches.filter(({ outcome }) => outcome !== 'fail').length +
    (operationsOf(entries, 'sign').some(({ outcome }) => outcome !== 'fail') ? 1 : 0)
  if (last.version - 1 > changes)
    faults.push({ promise: 'repeated', detail: `version ${last.version} after at most ${changes} changes` })
  return faults
}

function checkSignatures(entries: readonly DocumentEntry[]): ReturnType<Check> {
  const { signatures, got } = finalOf(entries)!
  const faults: ReturnType<Check> = []
  for (const { outcome, operation, result } of operationsOf(entries, 'sign')) {
    const own = signatures.filter(({ email }) => email === operation.email)
    if (own.length > 1)
      faults.push({ promise: 'repeated', detail: `${own.length} signatures of ${operation.email}` })
    const isSigned = STATUSES.indexOf(got!.status) >= STATUSES.indexOf('signed')
    if (own.length > 0 && !isSigned)
      faults.push({ promise: 'unsigned', detail: `it has a signature and is ${got!.status}` })
    if (outcome !== 'ok') continue
    if (!own.some(({ id }) => id === result.signature))
      faults.push({ promise: 'lost', detail: `the signature of ${operation.email} is not there` })
    if (!isSigned && own.length === 0)
      faults.push({ promise: 'unsigned', detail: `signed by ${operation.email}, and is ${got!.status}` })
    if (own.some(({ image }) => image !== operation.image))
      faults.push({ promise: 'damaged', detail: `the image of ${operation.email}` })
  }
  return faults
}

/** Every state that anybody saw. */
function everySeen(entries: readonly DocumentEntry[]): Seen[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'ok') return entry.result.seen ?? []
    if (entry.kind === 'message') return entry.seen ?? []
    if (entry.kind !== 'final') return []
    return [entry.final.listed, entry.final.got, entry.final.found].filter((seen) => seen !== undefined)
  })
}
