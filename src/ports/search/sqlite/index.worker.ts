// A thread of the search index: the one that writes the file, or one that reads it.
import { parentPort, workerData } from 'node:worker_threads'
import { createMerger } from './merge-segments.ts'
import { noteDamage, openForReading, openForWriting } from './index-file.ts'
import type { Request, Response } from '../thread.ts'
import { sqliteCodeOf } from './errors.ts'
import type { Ready, ThreadOptions } from './protocol.ts'
import { createReader } from './reader.ts'
import { createWriter } from './writer.ts'

const port = parentPort!
const { path, kind, isAlone, isFirst, databaseId } = workerData as ThreadOptions

const opened =
  kind === 'writer'
    ? openForWriting(path, { databaseId, mayReplace: isAlone && isFirst })
    : { database: openForReading(path), unfilled: undefined }
const handlers = (kind === 'writer'
  ? createWriter(opened.database)
  : createReader(opened.database)) as unknown as Record<string, (...args: unknown[]) => unknown>

/** Milliseconds without a call, after which the writer tidies up. Beside another process it leaves that to it. */
const IDLE_MS = 2_000
const merge = kind === 'writer' && isAlone ? createMerger(opened.database) : undefined

let last: Promise<void> = Promise.resolve()
let idle: NodeJS.Timeout | undefined
port.on('message', (message: Request | 'stop') => {
  clearTimeout(idle)
  last = last.then(() => (message === 'stop' ? stop() : answer(message)))
})

async function answer({ id, method, args }: Request): Promise<void> {
  try {
    port.postMessage({ id, result: await handlers[method]!(...args) })
  } catch (error) {
    noteDamage(path, error)
    port.postMessage({ id, error: error as Error, sqliteCode: sqliteCodeOf(error) } satisfies Response)
  }
  tidyAfter(IDLE_MS)
}

function tidyAfter(ms: number): void {
  clearTimeout(idle)
  if (merge === undefined) return
  idle = setTimeout(() => {
    try {
      if (merge()) tidyAfter(0)
    } catch (error) {
      noteDamage(path, error)
    }
  }, ms)
}

function stop(): void {
  clearTimeout(idle)
  opened.database.close()
  port.close()
}

port.postMessage({ unfilled: opened.unfilled } satisfies Ready)
