import { createHash } from 'node:crypto'
import { type Backoff, backoffMs, pause } from '../runtime/backoff.ts'
import type { Content, DocumentsApi } from './documents-api.ts'

export interface Received {
  /** bytes */
  size: number
  /** hexadecimal, checked; undefined where the service does not know it */
  sha256: string | undefined
}

type Write = (chunk: Uint8Array) => Promise<void>

const ATTEMPTS = 5
const BACKOFF: Backoff = { firstMs: 200, limitMs: 5_000 }

/**
 * Receives a content whole. After a lost connection it continues where it was, as long as the content has the same digest;
 * attempts that bring nothing end it.
 * @param begin called with the first response; the function that it returns gets the bytes, in order
 * @throws ApiError, ServiceUnreachableError, and an Error when the content is not the one with the digest
 */
export async function receiveContent(
  api: Pick<DocumentsApi, 'openContent'>,
  id: string,
  signal: AbortSignal,
  begin: (content: Content) => Promise<Write>,
): Promise<Received> {
  let content = await api.openContent(id)
  const { size, sha256 } = content
  const write = await begin(content)
  const hash = createHash('sha256')
  let received = 0
  for (let failures = 0; ;) {
    const before = received
    const lost = await readAll(content.body, async (chunk) => {
      hash.update(chunk)
      received += chunk.length
      await write(chunk)
    })
    if (lost === undefined || received === size) break
    signal.throwIfAborted()
    failures = received > before ? 1 : failures + 1
    if (sha256 === undefined || failures === ATTEMPTS) throw cutOff(received, size, lost)
    await pause(backoffMs(failures, BACKOFF), signal)
    content = await api.openContent(id, { sha256, bytes: received })
    if (content.offset !== received) throw new Error('the content changed while it was received')
  }
  if (received !== size) throw cutOff(received, size)
  if (sha256 !== undefined && hash.digest('hex') !== sha256)
    throw new Error('the content that arrived is not the one with the digest that the service names')
  return { size, sha256 }
}

/** Resolves with the error of the connection, if it was lost. @throws the error of `write` */
async function readAll(body: Content['body'], write: Write): Promise<Error | undefined> {
  const chunks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  for (;;) {
    const next = await chunks.next().catch((error: Error) => error)
    if (next instanceof Error) return next
    if (next.done) return undefined
    await write(next.value)
  }
}

const cutOff = (received: number, size: number, cause?: Error): Error =>
  new Error(
    `the content broke off after ${received} of ${size} bytes: it may be damaged, \`docmgr verify\` tells`,
    {
      cause,
    },
  )
