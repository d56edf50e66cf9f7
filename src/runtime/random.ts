import { randomFillSync } from 'node:crypto'

/**
 * Cryptographically strong random digits (0-9, a-f) out of a buffer that is filled for many calls at once: asking
 * OpenSSL for a few bytes, or making a Buffer for them, costs about as much as everything else that an id needs. No
 * digit is given out twice. Whoever keeps an id may keep the whole buffer's text, so that is small.
 */
export function createRandomHex(bufferBytes = 2_048): (digits: number) => string {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes)
  const most = bufferBytes * 2
  let text = ''
  let used = most
  return (digits) => {
    if (digits > most) throw new RangeError(`at most ${most} random digits at a time`)
    if (used + digits > most) {
      text = randomFillSync(buffer).toString('hex')
      used = 0
    }
    used += digits
    return text.slice(used - digits, used)
  }
}
