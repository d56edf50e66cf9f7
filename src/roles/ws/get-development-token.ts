import { z } from 'zod'
import type { UserTokens } from '../../auth/tokens.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { email, text } from '../../http/fields.ts'

/** Gives anyone a token for any user, so it exists only where no token is required. */
export function getDevelopmentToken(tokens: UserTokens): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/auth/token',
    operationId: 'getDevelopmentToken',
    summary: 'A token for any user, only in open mode',
    policy: 'public',
    acts: true,
    query: z.object({ user_id: text({ min: 1, max: 255 }), email }),
    responses: {
      200: {
        description: "a token without an administrator's rights",
        schema: z.object({
          access_token: z.string(),
          token_type: z.literal('bearer'),
          user_id: z.string(),
          email: z.string(),
        }),
      },
    },
    async handle({ query }) {
      const access_token = await tokens.sign({ id: query.user_id, email: query.email, admin: false })
      return {
        status: 200,
        headers: { 'cache-control': 'no-store' },
        secret: true,
        json: { access_token, token_type: 'bearer', user_id: query.user_id, email: query.email },
      }
    },
  })
}
