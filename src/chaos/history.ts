import { createWriteStream } from 'node:fs'

/** What a client asked for. `key` is a word that only the titles and the content of one document begin with. */
export type Operation =
  | { name: 'create'; title: string; sha256: string; form: 'json' | 'multipart' | 'raw'; idempotent: boolean }
  | { name: 'patch'; title?: string; status?: string }
  | { name: 'sign'; email: string; image: string }
  | { name: 'delete' }
  | { name: 'get' }
  | { name: 'list' }
  | { name: 'search' }

/** A document as an answer or a message showed it. */
export interface Seen {
  version: number
  title: string
  status: string
}

/** What an answer said; `gone` is a 404. */
export interface Result {
  id?: string
  seen?: Seen
  gone?: boolean
  signature?: string
  /** the status of the response */
  code?: number
}

/** What the last reading found of one document. */
export interface Final {
  /** ids of the documents in the list whose title begins with the key; normally one or none */
  ids: string[]
  listed?: Seen
  /** GET of the document; undefined when it is gone */
  got?: Seen
  /** how search, suggestions or signatures show a document that is gone, or one search does not show: what was found */
  found?: Seen
  /** SHA-256 of its content, or why there is none */
  content?: string
  signatures: { id: string; email: string; image: string }[]
}

type At = { at: number; key: string }
/** One line of the history; `at` is milliseconds of a monotonic clock since the start. */
export type Entry =
  | (At & { kind: 'invoke'; op: number; client: string; operation: Operation })
  | (At & { kind: 'ok' | 'fail' | 'unknown'; op: number; result: Result })
  | (At & { kind: 'connected'; subscriber: string; resumed: boolean })
  | (At & { kind: 'reset'; subscriber: string; reason: string })
  /** what a subscriber read over REST after its first connection, or after a reset */
  | (At & { kind: 'state'; subscriber: string; version: number | 'gone' })
  | (At & { kind: 'message'; subscriber: string; type: string; seen?: Seen; signature?: string })
  /** it stays until the end, and everything was delivered that will be */
  | (At & { kind: 'stayed'; subscriber: string })
  | (At & { kind: 'final'; final: Final })
  | { at: number; kind: 'strike'; name: string; phase: 'begin' | 'end' }

export type DocumentEntry = Exclude<Entry, { kind: 'strike' }>

type Without<T> = T extends unknown ? Omit<T, 'at'> : never

/** Records what happens, in memory and as JSON lines. */
export interface History {
  entries: Entry[]
  add(entry: Without<Entry>): void
  /** the number of a new operation */
  nextOperation(): number
  close(): Promise<void>
}

export function openHistory(path?: string): History {
  const begun = performance.now()
  const file = path === undefined ? undefined : createWriteStream(path)
  const entries: Entry[] = []
  let operations = 0
  return {
    entries,
    add(entry) {
      const timed = { at: Math.round((performance.now() - begun) * 10) / 10, ...entry } as Entry
      entries.push(timed)
      file?.write(`${JSON.stringify(timed)}\n`)
    },
    nextOperation: () => ++operations,
    close: () => new Promise((resolve) => (file ? file.end(() => resolve()) : resolve())),
  }
}
