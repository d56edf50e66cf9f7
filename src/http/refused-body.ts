import type { IncomingMessage } from 'node:http'

const MAX_BYTES = 64 * 1024

/**
 * The body of a request that was refused before it was read, where the client sends a small one all the same: it says what
 * the request was about. Call it before the response is ended, which then drops as much of it as ever.
 * @returns undefined for a large or compressed one, and where it does not come
 */
export function readRefusedBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const { headers, readableEnded, destroyed } = request
  const isLarge = Number(headers['content-length'] ?? 0) > MAX_BYTES
  const isCompressed = (headers['content-encoding'] ?? 'identity') !== 'identity'
  if (isLarge || isCompressed || readableEnded || destroyed) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= MAX_BYTES) chunks.push(chunk)
      else chunks.length = 0
    })
    request.once('end', () => resolve(bytes > MAX_BYTES ? undefined : Buffer.concat(chunks)))
    request.once('close', () => resolve(undefined))
  })
}
