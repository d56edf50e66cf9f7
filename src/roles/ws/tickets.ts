import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Identity } from '../../auth/authenticator.ts'
import type { TicketSeal } from '../../auth/ticket-seal.ts'
import { DomainError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/request.ts'
import { SCOPES } from '../../domain/scopes.ts'

/**
 * Single-use tickets, for clients that can send a credential in a URL only. Every process of the role keeps the hashes of
 * the unused ones in memory. Who redeems a ticket asks all processes; they get the questions in the same order, so they
 * agree on whose was the first. A ticket that no process knows any more is refused: it can be lost, never used twice.
 */
export interface Tickets {
  /** @throws DomainError unavailable, too-many-requests */
  issue(identity: Identity): Promise<string>
  /** @throws DomainError unauthenticated, unavailable */
  redeem(ticket: string): Promise<Identity>
  /** This process's answer to a question of one. */
  answer(question: TicketQuestion): object | null
}

const PRINCIPAL = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('user'),
    id: z.string(),
    email: z.string(),
    admin: z.boolean(),
    auditor: z.boolean().optional(),
    groups: z.array(z.string()).optional(),
    scopes: z.array(z.enum(SCOPES)).optional(),
    session: z.string().optional(),
  }),
  z.object({ kind: z.literal('anonymous') }),
])
/** Unix time in milliseconds; null: never */
const EXPIRES_AT = z.number().nullable()

export const TICKET_QUESTION = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('keep ticket'),
    hash: z.string(),
    principal: PRINCIPAL,
    expires_at: EXPIRES_AT,
  }),
  z.object({ kind: z.literal('redeem ticket'), hash: z.string(), claim: z.string() }),
])
export type TicketQuestion = z.output<typeof TICKET_QUESTION>

const KEPT = z.object({ kept: z.literal(true) })
const CLAIMED = z.object({ claim: z.string(), principal: PRINCIPAL, expires_at: EXPIRES_AT })

/** seconds from issue to use */
export const TICKET_SECONDS = 30
const MAX_KEPT = 50_000

interface Kept {
  principal: z.output<typeof PRINCIPAL>
  expires_at: number | null
  /** by performance.now() */
  until: number
  /** of the first who redeemed it */
  claim?: string
}

export function createTickets(
  ask: (question: TicketQuestion) => Promise<unknown[]>,
  seal: TicketSeal,
): Tickets {
  /** by hash, the oldest first */
  const kept = new Map<string, Kept>()

  const dropExpired = (): void => {
    for (const [hash, { until }] of kept) {
      if (until > performance.now()) return
      kept.delete(hash)
    }
  }

  return {
    async issue({ principal, expiresAt }) {
      dropExpired()
      if (kept.size >= MAX_KEPT) throw new DomainError('too-many-requests', 'too many unused tickets')
      const ticket = seal.create()
      const answers = await ask({
        kind: 'keep ticket',
        hash: hashOf(ticket),
        principal: clientOf(principal),
        expires_at: Number.isFinite(expiresAt) ? expiresAt : null,
      })
      if (answers.some((answer) => KEPT.safeParse(answer).success)) return ticket
      throw new DomainError('unavailable', 'the ticket could not be kept')
    },
    async redeem(ticket) {
      // A client without a token costs the other processes nothing.
      if (!seal.isGenuine(ticket)) throw refused()
      const [hash, claim] = [hashOf(ticket), randomUUID()]
      if (kept.get(hash)?.claim !== undefined) throw refused()
      const answers = await ask({ kind: 'redeem ticket', hash, claim })
      const claims = answers.flatMap((answer) => CLAIMED.safeParse(answer).data ?? [])
      const [first] = claims
      if (!first || claims.some((one) => one.claim !== claim)) throw refused()
      return { principal: first.principal, expiresAt: first.expires_at ?? Infinity }
    },
    answer(question) {
      dropExpired()
      if (question.kind === 'keep ticket') {
        if (kept.size >= MAX_KEPT) return null
        const { hash, principal, expires_at } = question
        kept.set(hash, { principal, expires_at, until: performance.now() + TICKET_SECONDS * 1_000 })
        return { kept: true }
      }
      const found = kept.get(question.hash)
      if (!found) return null
      const { principal, expires_at, claim = question.claim } = found
      found.claim = claim
      return { claim, principal, expires_at }
    },
  }
}

/** Only clients have tickets, and no role of the service is one. */
function clientOf(principal: Principal): z.output<typeof PRINCIPAL> {
  if (principal.kind === 'anonymous') return principal
  if (principal.kind === 'user') {
    const { scopes, groups } = principal
    return { ...principal, scopes: scopes && [...scopes], groups: groups && [...groups] }
  }
  throw new DomainError('forbidden', 'tickets are for clients')
}

/** The ticket itself is never written anywhere. */
const hashOf = (ticket: string): string => createHash('sha256').update(ticket).digest('base64url')

const refused = (): DomainError =>
  new DomainError('unauthenticated', 'the ticket is not accepted: it was used, has expired or is unknown')
