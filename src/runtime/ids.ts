import { type Clock, systemClock } from './clock.ts'
import { createRandomHex } from './random.ts'

/** Creates the id of a new row. */
export type NewId = () => string

/**
 * UUID version 7 (RFC 9562, 5.7, method 1 of 6.2): 48 bits of Unix milliseconds, a 12-bit counter, with which the ids of
 * one process strictly increase, and 62 random bits.
 *
 * @param random returns a number of random hexadecimal digits
 */
export function createUuidV7(
  clock: Clock = systemClock,
  random: (digits: number) => string = createRandomHex(),
): NewId {
  let lastMillis = 0
  let time = ''
  let counter = 0
  const begin = (millis: number, count: number): void => {
    lastMillis = millis
    counter = count
    const hex = millis.toString(16).padStart(12, '0')
    time = `${hex.slice(0, 8)}-${hex.slice(8)}`
  }
  return () => {
    const now = clock.now().getTime()
    // Starts in the lower half so that a burst within one millisecond does not overflow it.
    if (now > lastMillis) begin(now, parseInt(random(3), 16) & 0x7ff)
    else if (++counter > 0xfff) begin(lastMillis + 1, 0)
    const variant = '89ab'[parseInt(random(1), 16) & 3]
    return `${time}-${(0x7000 | counter).toString(16)}-${variant}${random(3)}-${random(12)}`
  }
}
