import type { Authenticator, Identity } from '../../auth/authenticator.ts'
import { type Principal, requireScope } from '../../domain/request.ts'
import type { Tickets } from './tickets.ts'

/** What a client can identify itself with, in the order in which it counts. */
export interface Credentials {
  /** the header Authorization */
  authorization: string | undefined
  /** a token among the offered subprotocols */
  protocolToken?: string | undefined
  /** single-use, in the URL */
  ticket: string | undefined
  /** in the URL, as the original's clients send it */
  token?: string | undefined
  /** of a session */
  cookie?: string | undefined
}

/**
 * @param identified gets to know who it is, also who may not subscribe
 * @returns undefined when there are none
 * @throws DomainError unauthenticated, forbidden; unavailable when a ticket or key cannot be checked now
 */
export async function signIn(
  { authorization, protocolToken, ticket, token, cookie }: Credentials,
  {
    authenticator,
    tickets,
    identified,
  }: { authenticator: Authenticator; tickets: Tickets; identified: (principal: Principal) => void },
): Promise<Identity | undefined> {
  const identity = await identify()
  if (identity) identified(identity.principal)
  if (identity) requireScope(identity.principal, 'read')
  return identity

  async function identify(): Promise<Identity | undefined> {
    if (authorization) return authenticator.identify({ authorization })
    if (!protocolToken && ticket) return tickets.redeem(ticket)
    const bearer = protocolToken || token
    if (bearer) return authenticator.identifyToken(bearer)
    return cookie ? authenticator.identify({ authorization: undefined, cookie }) : undefined
  }
}
