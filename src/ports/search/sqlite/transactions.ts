import type { IndexFile } from './index-file.ts'

/** A change of one document that its transaction only has to write. */
export type Step = (() => void) | undefined

class ChangedMeanwhile extends Error {}

/** @param atEnd the last step of each transaction */
export function createTransactions(database: IndexFile, atEnd: () => void) {
  const dataVersion = database.prepare('pragma data_version')
  /** Changes when another connection has written (https://sqlite.org/pragma.html#pragma_data_version). */
  const stateOf = (): number => (dataVersion.get() as { data_version: number }).data_version

  function inTransaction(steps: readonly Step[]): void {
    database.exec('begin immediate')
    try {
      for (const step of steps) step?.()
      atEnd()
      database.exec('commit')
    } catch (error) {
      // SQLite has done it itself after some errors, such as a full disk.
      if (database.isTransaction) database.exec('rollback')
      throw error
    }
  }

  /** Prepares steps and takes them, again if another process has written in between. */
  async function inOneState(prepare: () => Promise<Step[]>): Promise<void> {
    for (;;) {
      const state = stateOf()
      const steps = await prepare()
      const isSame = (): void => {
        if (stateOf() !== state) throw new ChangedMeanwhile()
      }
      try {
        if (steps.some((step) => step !== undefined)) inTransaction([isSame, ...steps])
        return
      } catch (error) {
        if (!(error instanceof ChangedMeanwhile)) throw error
      }
    }
  }

  return { inTransaction, inOneState }
}
