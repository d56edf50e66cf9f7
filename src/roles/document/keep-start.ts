type Body = Uint8Array | AsyncIterable<Uint8Array>

/**
 * Keeps the beginning of a body that is streamed to somewhere else.
 * @returns the body to pass on, and its first `bytes` bytes once it was read
 */
export function keepStart(body: Body, bytes: number): { body: Body; start: () => Uint8Array } {
  if (body instanceof Uint8Array) return { body, start: () => body.subarray(0, bytes) }
  const chunks: Uint8Array[] = []
  async function* passOn(chunksOfBody: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let left = bytes
    for await (const chunk of chunksOfBody) {
      // A copy: the chunk may be a view of a larger buffer.
      if (left > 0) chunks.push(chunk.slice(0, left))
      left -= Math.min(left, chunk.length)
      yield chunk
    }
  }
  return { body: passOn(body), start: () => Buffer.concat(chunks) }
}
