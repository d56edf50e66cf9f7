import { type Clock, systemClock } from './clock.ts'
import { createRandomBytes } from './random.ts'

/** Makes the ids of new rows. */
export type NewId = () => string

/**
 * UUID version 7 (RFC 9562, 5.7, method 1 of 6.2): 48 bits of Unix milliseconds, then a 12-bit counter that
 * makes the ids of one process strictly increasing, then 62 random bits.
 */
export function createUuidV7(
  clock: Clock = systemClock,
  random: (size: number) => Buffer = createRandomBytes(),
): NewId {
  let lastMillis = 0
  let counter = 0
  return () => {
    const now = clock.now().getTime()
    if (now > lastMillis) {
      lastMillis = now
      // Starts in the lower half so that a burst within one millisecond does not overflow it.
      counter = random(2).readUInt16BE() & 0x7ff
    } else if (++counter > 0xfff) {
      lastMillis++
      counter = 0
    }
    const bytes = Buffer.alloc(16)
    bytes.writeUIntBE(lastMillis, 0, 6)
    bytes.writeUInt16BE(0x7000 | counter, 6)
    random(8).copy(bytes, 8)
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const hex = bytes.toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }
}
