import { z } from 'zod'
import type { Authenticator } from '../../auth/authenticator.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { email, idParams, text } from '../../http/fields.ts'
import type { ChangeFeed } from '../../ports/changes/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Company } from './company.ts'

export interface EndpointsOptions {
  company: Company
  feed: Pick<ChangeFeed, 'status'>
  authenticator: Authenticator
  clock: Clock
}

export function createEndpoints(options: EndpointsOptions): Endpoint[] {
  const endpoints = [getStats(options), broadcast(options)]
  // Whoever could ask for a token could be anyone: only where no token is needed anyway.
  return options.authenticator.mode === 'open' ? [...endpoints, getToken(options)] : endpoints
}

const getStats = ({ company, feed }: EndpointsOptions): Endpoint =>
  defineEndpoint({
    method: 'GET',
    path: '/stats',
    operationId: 'getWebSocketStats',
    summary: 'How many subscribers there are',
    responses: {
      200: {
        description: 'the present counts',
        schema: z.object({
          total_connections: z.int(),
          documents_with_subscribers: z.int(),
          kafka_consumer_running: z
            .boolean()
            .describe('whether changes arrive at this instance, whatever they are read with'),
        }),
      },
    },
    async handle() {
      const { connections, documents } = await company.stats()
      const { state } = feed.status()
      const running = state === 'streaming' || state === 'snapshot'
      return {
        status: 200,
        json: {
          total_connections: connections,
          documents_with_subscribers: documents,
          kafka_consumer_running: running,
        },
      }
    },
  })

const broadcast = ({ company, clock }: EndpointsOptions): Endpoint =>
  defineEndpoint({
    method: 'POST',
    path: '/broadcast/{id}',
    operationId: 'broadcastToDocument',
    summary: 'Sends a message to the subscribers of a document',
    description:
      'They get `{type: "broadcast", data, timestamp}`, data being the body. It is in no history: nobody gets it later.',
    access: 'admin',
    params: idParams,
    body: { schema: z.record(z.string(), z.unknown(), 'must be a JSON object'), maxBytes: 64 * 1024 },
    responses: {
      200: {
        description: 'sent',
        schema: z.object({ status: z.literal('broadcasted'), document_id: z.uuid(), recipients: z.int() }),
      },
    },
    async handle({ params, body }) {
      const timestamp = clock.now().toISOString()
      const recipients = await company.broadcast(params.id, { type: 'broadcast', data: body, timestamp })
      return { status: 200, json: { status: 'broadcasted', document_id: params.id, recipients } }
    },
  })

const getToken = ({ authenticator }: EndpointsOptions): Endpoint =>
  defineEndpoint({
    method: 'GET',
    path: '/auth/token',
    operationId: 'getDevelopmentToken',
    summary: 'A token for anyone; only where authentication is open',
    access: 'public',
    query: z.object({ user_id: text({ min: 1, max: 255 }), email }),
    responses: {
      200: {
        description: 'a token without rights of an administrator',
        schema: z.object({
          access_token: z.string(),
          token_type: z.literal('bearer'),
          user_id: z.string(),
          email: z.string(),
        }),
      },
    },
    async handle({ query }) {
      const access_token = authenticator.tokens.sign({ id: query.user_id, email: query.email, admin: false })
      return {
        status: 200,
        headers: { 'cache-control': 'no-store' },
        json: { access_token, token_type: 'bearer', user_id: query.user_id, email: query.email },
      }
    },
  })
