/** What runs a step after a test, or after the tests of a file. */
export interface Undo {
  after(step: () => unknown): void
}

const known = new WeakMap<Undo, Undo>()

/**
 * What is undone after a test in the opposite order: what was made last goes first. All of it is, whatever fails: what is
 * left open would keep the process of the tests running.
 */
export function undoing(t: Undo): Undo {
  const present = known.get(t)
  if (present) return present
  const undo: (() => unknown)[] = []
  t.after(async () => {
    const problems: unknown[] = []
    for (const step of undo.reverse()) {
      try {
        await step()
      } catch (error) {
        problems.push(error)
      }
    }
    if (problems.length > 0) throw new AggregateError(problems, problems.join('; '))
  })
  const own: Undo = { after: (step) => void undo.push(step) }
  for (const one of [t, own]) known.set(one, own)
  return own
}
