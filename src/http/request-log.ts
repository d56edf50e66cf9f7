import type { IncomingMessage, ServerResponse } from 'node:http'
import { isCanonicalUuid } from '../domain/uuid.ts'
import { nameOf } from '../domain/request.ts'
import type { Logger } from '../runtime/logger.ts'
import { traceIdOf } from '../runtime/trace.ts'
import type { HttpContext } from './context.ts'
import type { HttpResponse } from './endpoint.ts'
import type { Route } from './routes.ts'

interface Logged {
  request: IncomingMessage
  res: ServerResponse
  route: Route
  context: HttpContext
  response: HttpResponse
  /** of the answer's beginning */
  millis: number
  /** what had been written to the connection before this response */
  bytesBefore: number
  /** an error was thrown */
  failed: boolean
}

/**
 * Logs one line for each request once its response has ended. It has no query, header or body, and no path that is not one
 * of the service, because those can hold tokens and what people wrote; users are named by the subject of their token.
 */
export function createRequestLog(log: Logger): (logged: Logged) => void {
  return ({ request, res, route, context, response, millis, bytesBefore, failed }) => {
    const { status } = response
    // A 503 of /health/ready is no error of this process. Probes and scrapers come often.
    const level = status >= 500 && failed ? 'error' : route.endpoint?.unlimited === true ? 'debug' : 'info'
    if (!log.isLevelEnabled(level)) return
    res.once('close', () => {
      log[level](
        {
          requestId: context.requestId,
          trace: traceIdOf(context.traceparent),
          principal: nameOf(context.principal),
          address: context.clientAddress,
          method: request.method,
          route: route.template,
          document: documentOf(route, response),
          status,
          ms: Math.round(millis * 10) / 10,
          bytes: request.socket.bytesWritten - bytesBefore,
          ...(!res.writableFinished && { aborted: true }),
        },
        'request',
      )
    })
  }
}

/** The id of the document that a request is about, where the path, or the answer to a create, has it. */
function documentOf({ template, params }: Route, { headers, json }: HttpResponse): string | undefined {
  const created = String(headers?.['location'] ?? '').split('/documents/')[1]
  const answered = (json as { document_id?: unknown } | undefined)?.document_id
  const id = template.startsWith('/documents/')
    ? params['id']
    : (params['document_id'] ?? created ?? answered)
  return typeof id === 'string' && isCanonicalUuid(id) ? id : undefined
}
