// A thread of the search index: the one that writes the file, or one that reads it.
import { parentPort, workerData } from 'node:worker_threads'
import { noteDamage, openForReading, openForWriting } from './index-file.ts'
import type { Ready, Request, ThreadOptions } from './protocol.ts'
import { createReader } from './reader.ts'
import { createWriter } from './writer.ts'

const port = parentPort!
const { path, kind, isAlone } = workerData as ThreadOptions

const opened =
  kind === 'writer' ? openForWriting(path, isAlone) : { database: openForReading(path), unfilled: undefined }
const handlers = (kind === 'writer'
  ? createWriter(opened.database)
  : createReader(opened.database)) as unknown as Record<string, (...args: unknown[]) => unknown>

let last: Promise<void> = Promise.resolve()
port.on('message', (message: Request | 'stop') => {
  last = last.then(() => (message === 'stop' ? stop() : answer(message)))
})

async function answer({ id, method, args }: Request): Promise<void> {
  try {
    port.postMessage({ id, result: await handlers[method]!(...args) })
  } catch (error) {
    noteDamage(path, error)
    port.postMessage({ id, error })
  }
}

function stop(): void {
  opened.database.close()
  port.close()
}

port.postMessage({ unfilled: opened.unfilled } satisfies Ready)
