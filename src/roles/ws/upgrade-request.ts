import type { IncomingMessage } from 'node:http'
import { parse } from 'node:querystring'
import { z } from 'zod'
import { invalidField } from '../../domain/errors.ts'
import { canonicalUuid } from '../../domain/uuid.ts'
import { credentialsOf } from '../../http/session-cookie.ts'
import { parseQuery } from '../../http/query.ts'
import { parseResumePoint, type ResumePoint } from './resume-point.ts'
import type { Credentials } from './sign-in.ts'
import { protocolToken } from './subprotocols.ts'

/** `/ws/{document_id}`, or `/ws` for all of one's documents. */
export const WS_PATH = /^\/ws(?:\/([^/?#]*))?(?:\?([^#]*))?$/

/** What a client asks for when it subscribes. */
export interface SubscriptionRequest {
  /** undefined: all documents of its feed */
  documentId: string | undefined
  /** where it resumes; undefined: with what happens from now on */
  last: ResumePoint | undefined
}

export interface UpgradeRequest extends SubscriptionRequest {
  credentials: Credentials
}

/** The query of a WebSocket's URL. */
export const upgradeQuery = z.object({
  last: z.string().optional().describe('the position of a message after which to resume, or `start`'),
  ticket: z.string().optional().describe('from POST /auth/ticket'),
  token: z.string().optional().describe('a JWT; a header or a ticket does not end up in logs'),
})

/** @throws DomainError validation-failed */
export function parseUpgrade(
  { url, headers }: IncomingMessage,
  isPosition: (text: string) => boolean,
): UpgradeRequest {
  const [, name, search] = WS_PATH.exec(url!)!
  const documentId = name ? canonicalUuid(name) : undefined
  if (name && documentId === undefined) {
    throw invalidField('path.document_id', 'must be a UUID, such as 019aa1b2-0000-7000-8000-000000000001')
  }
  const query = parseQuery(upgradeQuery, parse(search ?? '')) as z.output<typeof upgradeQuery>
  return {
    documentId,
    last: query.last ? parseResumePoint(query.last, 'query.last', isPosition) : undefined,
    credentials: {
      ...credentialsOf(headers),
      protocolToken: protocolToken(headers['sec-websocket-protocol']),
      ticket: query.ticket,
      token: query.token,
    },
  }
}
