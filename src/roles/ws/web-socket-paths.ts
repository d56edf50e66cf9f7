import { z } from 'zod'
import { DomainError } from '../../domain/errors.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { upgradeQuery } from './upgrade-request.ts'

const SHARED = {
  method: 'GET',
  description:
    'With `Upgrade: websocket`; any other request is answered with 426. The token is sent as `Authorization: Bearer`, as ' +
    'the subprotocol `bearer.TOKEN` beside `docmgr.v1`, or in the URL.',
  authenticates: 'itself',
  responses: { 101: { description: 'a WebSocket' } },
  problems: ['upgrade-required'],
  async handle(): Promise<never> {
    throw new DomainError('upgrade-required', 'this path is for WebSockets: send Upgrade: websocket')
  },
} as const

/** The paths of the WebSockets, for requests that ask for none: these parameters are checked at the upgrade only. */
export const webSocketPaths = (): Endpoint[] => [
  defineEndpoint({
    ...SHARED,
    path: '/ws/{document_id}',
    operationId: 'subscribeToDocument',
    summary: 'Messages about the changes of a document, as a WebSocket',
    policy: 'read',
    params: z.object({ document_id: z.string() }),
    query: upgradeQuery,
  }),
  defineEndpoint({
    ...SHARED,
    path: '/ws',
    operationId: 'subscribeToDocuments',
    summary: "Messages about the changes of all of one's documents, as a WebSocket",
    policy: 'list',
    query: upgradeQuery,
  }),
]
