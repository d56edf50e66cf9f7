import { randomFillSync } from 'node:crypto'

/**
 * Cryptographically strong random digits (0-9, a-f) from a buffer that is filled for many calls at once: a call of OpenSSL
 * for a few bytes costs about as much as the rest of an id. No digit is used twice. An id can keep the whole text of the
 * buffer in memory, so the buffer is small.
 */
export function createRandomHex(bufferBytes = 2_048): (digits: number) => string {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes)
  const maxDigits = bufferBytes * 2
  let text = ''
  let used = maxDigits
  return (digits) => {
    if (digits > maxDigits) throw new RangeError(`at most ${maxDigits} random digits at a time`)
    if (used + digits > maxDigits) {
      text = randomFillSync(buffer).toString('hex')
      used = 0
    }
    used += digits
    return text.slice(used - digits, used)
  }
}
