// A thread that makes what Elasticsearch indexes of documents.
import { parentPort } from 'node:worker_threads'
import type { Request } from '../thread.ts'
import { type Source, sourceOf, sourceWithStoredText } from './source.ts'
import type { MadeSource, SourceMethods } from './source-thread.ts'

const handlers: SourceMethods = {
  whole: async (document) => made(await sourceOf(document)),
  withStoredText: async (document, stored) => made(await sourceWithStoredText(document, stored)),
}

const made = (source: Source): MadeSource => ({
  json: new TextEncoder().encode(JSON.stringify(source)),
  languages: source.languages ?? [],
})

const port = parentPort!
let last: Promise<void> = Promise.resolve()
port.on('message', (message: Request | 'stop') => {
  last = last.then(() => (message === 'stop' ? port.close() : answer(message)))
})

async function answer({ id, method, args }: Request): Promise<void> {
  try {
    const handle = handlers[method as keyof SourceMethods] as (...args: unknown[]) => Promise<MadeSource>
    const result = await handle(...args)
    // A copy of a long source would hold up the other thread.
    port.postMessage({ id, result }, [result.json.buffer])
  } catch (error) {
    port.postMessage({ id, error })
  }
}

port.postMessage('ready')
