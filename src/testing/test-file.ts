import { after } from 'node:test'
import { undoing } from './undoing.ts'

/** The end of the test file, for what its tests share. */
export const TEST_FILE = undoing({ after })

/** Opens something when the first test of the file asks for it; all get the same, and it stops after the last test. */
export function sharedByTests<T extends { stop(): unknown }>(open: () => Promise<T>): () => Promise<T> {
  const openOnce = async (): Promise<T> => {
    const one = await open()
    TEST_FILE.after(() => one.stop())
    return one
  }
  let opened: Promise<T> | undefined
  return () => (opened ??= openOnce())
}
