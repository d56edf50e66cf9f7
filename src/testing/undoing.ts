import type { TestContext } from 'node:test'

export type Undo = Pick<TestContext, 'after'>

/** What is undone after a test in the opposite order: what was made last goes first. */
export function undoing(t: Undo): Undo {
  const undo: (() => unknown)[] = []
  t.after(async () => {
    for (const step of undo.reverse()) await step()
  })
  return { after: (step: () => unknown) => void undo.push(step) } as Undo
}
