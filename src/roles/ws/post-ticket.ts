import { z } from 'zod'
import type { Authenticator } from '../../auth/authenticator.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { credentialsOf } from '../../http/session-cookie.ts'
import { TICKET_SECONDS, type Tickets } from './tickets.ts'

export function postTicket(authenticator: Authenticator, tickets: Tickets): Endpoint {
  return defineEndpoint({
    method: 'POST',
    path: '/auth/ticket',
    operationId: 'createTicket',
    summary: 'A single-use ticket that opens a WebSocket or an event stream',
    description:
      'For clients that can send a credential only in a URL, such as pages in a browser: `?ticket=…`. The connection ends ' +
      'with the token that the ticket was issued for.',
    policy: 'known',
    scope: 'read',
    responses: {
      201: {
        description: 'a ticket',
        schema: z.object({ ticket: z.string(), expires_in: z.int().describe('seconds') }),
      },
    },
    problems: ['too-many-requests'],
    async handle({ headers }) {
      const identity = await authenticator.identify(credentialsOf(headers))
      const ticket = await tickets.issue(identity)
      return { status: 201, secret: true, json: { ticket, expires_in: TICKET_SECONDS } }
    },
  })
}
