import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Makes tickets that a process can tell from made-up ones without asking anyone. */
export interface TicketSeal {
  /** unpredictable text for a URL */
  create(): string
  isGenuine(ticket: string): boolean
}

const TICKET = /^([\w-]{24})\.([\w-]{22})$/

/** @param keys the first seals, each is accepted */
export function createTicketSeal(keys: readonly Buffer[]): TicketSeal {
  const sealOf = (text: string, key: Buffer): Buffer =>
    createHmac('sha256', key).update(text).digest().subarray(0, 16)
  return {
    create() {
      const text = randomBytes(18).toString('base64url')
      return `${text}.${sealOf(text, keys[0]!).toString('base64url')}`
    },
    isGenuine(ticket) {
      const [, text, seal] = TICKET.exec(ticket) ?? []
      if (text === undefined) return false
      const given = Buffer.from(seal!, 'base64url')
      return keys.some((key) => {
        const expected = sealOf(text, key)
        return given.length === expected.length && timingSafeEqual(given, expected)
      })
    },
  }
}
