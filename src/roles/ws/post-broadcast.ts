import { z } from 'zod'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { WsCluster } from './cluster.ts'

const MAX_BODY_BYTES = 64 * 1024

export function postBroadcast(cluster: WsCluster, clock: Clock): Endpoint {
  return defineEndpoint({
    method: 'POST',
    path: '/broadcast/{id}',
    operationId: 'broadcastToDocument',
    summary: 'Sends a message to the subscribers of a document',
    description:
      'They receive `{type: "broadcast", data, timestamp}`, where data is the body. It is not in the history: clients ' +
      'that connect later do not receive it.',
    policy: 'admin',
    params: idParams,
    body: {
      schema: z.record(z.string(), z.unknown(), 'must be a JSON object'),
      maxBytes: MAX_BODY_BYTES,
    },
    responses: {
      200: {
        description: 'sent',
        schema: z.object({ status: z.literal('broadcasted'), document_id: z.uuid(), recipients: z.int() }),
      },
    },
    async handle({ params, body }) {
      const timestamp = clock.now().toISOString()
      const recipients = await cluster.broadcast(params.id, { type: 'broadcast', data: body, timestamp })
      return { status: 200, json: { status: 'broadcasted', document_id: params.id, recipients } }
    },
  })
}
