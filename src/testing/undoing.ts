import type { TestContext } from 'node:test'

export type Undo = Pick<TestContext, 'after'>

/**
 * What is undone after a test in the opposite order: what was made last goes first. All of it is, whatever fails: what is
 * left open would keep the tests' process for ever.
 */
export function undoing(t: Undo): Undo {
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
  return { after: (step: () => unknown) => void undo.push(step) } as Undo
}
