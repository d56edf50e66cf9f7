import type { SearchEngine } from '../engine.ts'
import type { Totals } from '../port.ts'
import type { Unfilled } from './index-file.ts'

/** What the thread that writes the index file does. */
export type WriterMethods = Pick<SearchEngine, 'index' | 'forget'> & { markFilled(): Promise<void> }
/** What the threads that read it do. */
export type ReaderMethods = Omit<SearchEngine, 'index' | 'forget' | 'stop' | 'totals'> & {
  /** Of so many documents behind a rowid, so that searches do not wait long for it. @returns `last` is undefined at the end */
  totalsAfter(rowid: number, limit: number): Promise<Totals & { last: number | undefined }>
}

/** Functions of a thread, which may be synchronous there. */
export type Handlers<Methods> = {
  [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Result | Promise<Result>
    : never
}

export interface ThreadOptions {
  path: string
  kind: 'writer' | 'reader'
  /** no other process uses the file */
  isAlone: boolean
  /** no other thread has opened the file either */
  isFirst: boolean
  /** of the database whose documents the index has */
  databaseId: string
}

/** The first message of a thread. */
export interface Ready {
  unfilled: Unfilled | undefined
}
