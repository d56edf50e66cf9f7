import { randomFillSync } from 'node:crypto'

/**
 * Cryptographically strong random bytes out of a buffer that is filled for many calls at once: asking OpenSSL for a few
 * bytes costs about as much as everything else that an id needs. No byte is given out twice.
 */
export function createRandomBytes(bufferBytes = 4_096): (size: number) => Buffer {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes)
  let used = bufferBytes
  return (size) => {
    if (size > bufferBytes) throw new RangeError(`at most ${bufferBytes} random bytes at a time`)
    if (used + size > bufferBytes) {
      randomFillSync(buffer)
      used = 0
    }
    used += size
    // A copy: the buffer is filled again while what was given out may still be in use.
    return Buffer.from(buffer.subarray(used - size, used))
  }
}
