import { z } from 'zod'
import { DomainError } from '../../domain/errors.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'

/** The path of the WebSockets, for requests that ask for none. */
export function subscribeToDocument(): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/ws/{document_id}',
    operationId: 'subscribeToDocument',
    summary: 'Messages about the changes of a document, as a WebSocket',
    description: 'Any other request is answered with 426.',
    access: 'public',
    params: z.object({ document_id: z.string() }),
    responses: { 101: { description: 'a WebSocket, with the query parameters token and last' } },
    problems: ['upgrade-required'],
    async handle() {
      throw new DomainError('upgrade-required', 'this path is for WebSockets: send Upgrade: websocket')
    },
  })
}
