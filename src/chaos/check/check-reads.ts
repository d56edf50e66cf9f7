import type { Check } from './fault.ts'
import { finalOf, operationsOf } from './operations.ts'

/** resurrected: visible anywhere after a deletion that was acknowledged, or that one of the places shows. */
export const checkResurrected: Check = (entries) => {
  const final = finalOf(entries)
  const faults: ReturnType<Check> = []
  const deletes = operationsOf(entries, 'delete')
  const acknowledged = deletes.filter(({ outcome }) => outcome === 'ok')
  const since = Math.min(...acknowledged.map(({ ended }) => ended))
  for (const { begun, result, op } of operationsOf(entries, 'get'))
    if (result.seen && begun > since)
      faults.push({ promise: 'resurrected', detail: `read ${op} began after the deletion and shows it` })
  if (!final) return faults
  const places = Object.entries({ document: final.got, list: final.listed, search: final.found })
  const shown = places.filter(([, seen]) => seen !== undefined).map(([place]) => place)
  const isDeleted =
    acknowledged.length > 0 || (deletes.some(({ outcome }) => outcome === 'unknown') && !final.got)
  if (isDeleted && shown.length > 0)
    faults.push({ promise: 'resurrected', detail: `deleted, and still in: ${shown.join(', ')}` })
  return faults
}

/** stale: after settling, the document, the list and the index do not agree with the newest state that was seen. */
export const checkStale: Check = (entries) => {
  const final = finalOf(entries)
  const faults: ReturnType<Check> = []
  const changes = operationsOf(entries, 'create', 'patch').filter(({ result }) => result.seen)
  for (const { begun, result, op } of operationsOf(entries, 'get')) {
    const known = changes.filter(({ ended }) => ended < begun).map((one) => one.result.seen!.version)
    if (result.seen && result.seen.version < Math.max(...known))
      faults.push({
        promise: 'stale',
        detail: `read ${op} shows version ${result.seen.version} after ${Math.max(...known)} was acknowledged`,
      })
  }
  if (!final?.got && !final?.listed) return faults
  const places = { document: final.got, list: final.listed, search: final.found }
  const newest = Math.max(...Object.values(places).map((seen) => seen?.version ?? 0))
  for (const [place, seen] of Object.entries(places))
    if (seen?.version !== newest)
      faults.push({
        promise: 'stale',
        detail: `${place} has ${seen?.version ?? 'nothing'} of version ${newest}`,
      })
  return faults
}

/** repeated: one create, several documents. */
export const checkRepeatedCreate: Check = (entries) => {
  const ids = new Set(finalOf(entries)?.ids)
  for (const { result } of operationsOf(entries, 'create')) if (result.id !== undefined) ids.add(result.id)
  return ids.size > 1
    ? [{ promise: 'repeated', detail: `created ${ids.size} times: ${[...ids].join(', ')}` }]
    : []
}

/** damaged: the content is not what was sent. */
export const checkDamaged: Check = (entries) => {
  const final = finalOf(entries)
  const [create] = operationsOf(entries, 'create')
  if (!final?.got || !create || final.content === create.operation.sha256) return []
  return [
    { promise: 'damaged', detail: `the content is ${final.content}, ${create.operation.sha256} was sent` },
  ]
}
