import { z } from 'zod'
import type { Authenticator } from '../../auth/authenticator.ts'
import type { RequestContext } from '../../domain/request.ts'
import { defineEndpoint, type Endpoint, type HttpResponse, type Input } from '../../http/endpoint.ts'
import { credentialsOf } from '../../http/session-cookie.ts'
import { idParams } from '../../http/fields.ts'
import type { Admission } from './admission.ts'
import { EventStreamTransport } from './event-stream-transport.ts'
import type { WsLimits } from './limits.ts'
import { parseResumePoint, type ResumePoint } from './resume-point.ts'
import { signIn } from './sign-in.ts'
import type { Subscribe } from './subscribe.ts'
import type { Tickets } from './tickets.ts'

export interface EventStreamOptions {
  admission: Admission
  subscribe: Subscribe
  authenticator: Authenticator
  tickets: Tickets
  limits: WsLimits
  isPosition: (text: string) => boolean
}

const query = z.object({
  last: z
    .string()
    .optional()
    .describe('the position of a message after which to resume, or `start`; Last-Event-ID counts more'),
  ticket: z.string().optional().describe('from POST /auth/ticket, for clients that cannot send a header'),
})

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
}

const SHARED = {
  authenticates: 'itself',
  query,
  headers: { 'last-event-id': 'the id of the last event that was received' },
  responses: {
    200: { description: 'server-sent events', contentTypes: { 'text/event-stream': z.unknown() } },
  },
  problems: ['too-many-requests'],
} as const

/** The events of a document as server-sent events. */
export function getDocumentEvents(options: EventStreamOptions): Endpoint {
  const stream = createStreaming(options)
  return defineEndpoint({
    ...SHARED,
    method: 'GET',
    path: '/documents/{id}/events',
    operationId: 'streamDocumentEvents',
    summary: 'Messages about the changes of a document, as server-sent events',
    description:
      'The messages and positions of the WebSocket; the id of an event is its position. An event of type `reset` says ' +
      'that earlier ones may be missing, one of type `connection.closed` why the stream ends.',
    policy: 'read',
    params: idParams,
    problems: ['document-not-found', ...SHARED.problems],
    handle: (input, context) => stream(input.params.id, input, context),
  })
}

/** The events of all documents that the caller may read. */
export function getEvents(options: EventStreamOptions): Endpoint {
  const stream = createStreaming(options)
  return defineEndpoint({
    ...SHARED,
    method: 'GET',
    path: '/events',
    operationId: 'streamEvents',
    summary: "Messages about the changes of all of one's documents, as server-sent events",
    description:
      'Those that the user of the token may read; of all documents for administrators and auditors, and where no token is ' +
      'required and none was sent.',
    policy: 'list',
    handle: (input, context) => stream(undefined, input, context),
  })
}

type StreamInput = Pick<
  Input<unknown, z.output<typeof query>>,
  'query' | 'headers' | 'head' | 'request' | 'identified'
>

function createStreaming({
  admission,
  subscribe,
  authenticator,
  tickets,
  limits,
  isPosition,
}: EventStreamOptions) {
  const resumePointOf = ({ query, headers }: StreamInput): ResumePoint | undefined => {
    // EventSource connects again with the same URL and a newer header.
    const id = headers['last-event-id']
    if (typeof id === 'string' && id) return parseResumePoint(id, 'header.last-event-id', isPosition)
    return query.last ? parseResumePoint(query.last, 'query.last', isPosition) : undefined
  }

  return async (
    documentId: string | undefined,
    input: StreamInput,
    { clientAddress }: RequestContext,
  ): Promise<HttpResponse> => {
    const { query, headers, head, request } = input
    const last = resumePointOf(input)
    const place = admission.take(clientAddress, documentId)
    try {
      const credentials = { ...credentialsOf(headers), ticket: query.ticket }
      const { identified } = input
      const signedIn = await signIn(credentials, { authenticator, tickets, identified })
      const identity = signedIn ?? (await authenticator.identify({ authorization: undefined }))
      place.countFor(identity.principal)
      const admitted = await subscribe.admit({ documentId, last }, identity)
      if (head) return { status: 200, headers: HEADERS }
      const transport = new EventStreamTransport(request.socket, limits)
      place.keepFor(transport)
      admitted.start(transport)
      return { status: 200, headers: HEADERS, stream: transport.stream }
    } finally {
      place.release()
    }
  }
}
