import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Makes tickets that a process can tell from made-up ones without asking anyone. */
export interface TicketSeal {
  /** unpredictable text for a URL */
  create(): string
  isGenuine(ticket: string): boolean
}

const TICKET = /^([\w-]{24})\.([\w-]{22})$/

export function createTicketSeal(key: Buffer): TicketSeal {
  const sealOf = (text: string): Buffer => createHmac('sha256', key).update(text).digest().subarray(0, 16)
  return {
    create() {
      const text = randomBytes(18).toString('base64url')
      return `${text}.${sealOf(text).toString('base64url')}`
    },
    isGenuine(ticket) {
      const [, text, seal] = TICKET.exec(ticket) ?? []
      if (text === undefined) return false
      const given = Buffer.from(seal!, 'base64url')
      const expected = sealOf(text)
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
  }
}
