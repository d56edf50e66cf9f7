import { z } from 'zod'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import type { ChangeFeed } from '../../ports/changes/port.ts'
import type { WsCluster } from './cluster.ts'

export function getWsStats(cluster: WsCluster, feed: Pick<ChangeFeed, 'status'>): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/stats',
    operationId: 'getWebSocketStats',
    summary: 'Number of subscribers',
    policy: 'operator',
    responses: {
      200: {
        description: 'the current counts of all processes',
        schema: z.object({
          total_connections: z.int(),
          documents_with_subscribers: z.int(),
          kafka_consumer_running: z
            .boolean()
            .describe('whether this process receives changes, from Kafka or otherwise'),
        }),
      },
    },
    async handle() {
      const { connections, documents } = await cluster.stats()
      const { state } = feed.status()
      return {
        status: 200,
        json: {
          total_connections: connections,
          documents_with_subscribers: documents,
          kafka_consumer_running: state === 'streaming' || state === 'snapshot',
        },
      }
    },
  })
}
