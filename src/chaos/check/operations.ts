import type { DocumentEntry, Final, Operation, Result } from '../history.ts'

/** An operation with its end. One that has none yet is unknown. */
export interface Done<Name extends Operation['name'] = Operation['name']> {
  op: number
  operation: Extract<Operation, { name: Name }>
  begun: number
  ended: number
  outcome: 'ok' | 'fail' | 'unknown'
  result: Result
}

/** The operations of these names, in the order of their begin. */
export function operationsOf<Name extends Operation['name']>(
  entries: readonly DocumentEntry[],
  ...names: Name[]
): Done<Name>[] {
  const done = new Map<number, Done>()
  for (const entry of entries) {
    if (entry.kind === 'invoke') {
      const { op, operation, at } = entry
      done.set(op, { op, operation, begun: at, ended: Infinity, outcome: 'unknown', result: {} })
    } else if (entry.kind === 'ok' || entry.kind === 'fail' || entry.kind === 'unknown') {
      const { op, kind, result, at } = entry
      const one = done.get(op)
      if (one) Object.assign(one, { outcome: kind, result, ended: at })
    }
  }
  const isWanted = (one: Done): one is Done & Done<Name> => (names as string[]).includes(one.operation.name)
  return [...done.values()].filter(isWanted)
}

/** What the last reading found; undefined before it. */
export function finalOf(entries: readonly DocumentEntry[]): Final | undefined {
  const last = entries.findLast((entry) => entry.kind === 'final')
  return last?.final
}
