import type { IncomingMessage } from 'node:http'
import { recordSpan } from '../runtime/spans.ts'
import type { HttpContext } from './context.ts'
import type { Route } from './routes.ts'

interface Answered {
  request: IncomingMessage
  route: Route
  context: HttpContext
  status: number
  /** performance.now() */
  begun: number
}

/** The span of a request, named after its route. Those of probes and scrapers, which come often, are left out. */
export function recordRequestSpan({ request, route, context, status, begun }: Answered): void {
  if (route.endpoint?.unlimited === true) return
  const { method, headers } = request
  recordSpan({
    name: `${method} ${route.template}`,
    kind: 'server',
    traceparent: context.traceparent,
    parent: headers['traceparent'] as string | undefined,
    begun,
    attributes: {
      'http.request.method': method!,
      'http.route': route.template,
      'http.response.status_code': status,
      'url.scheme': 'http',
    },
    error: status >= 500 ? String(status) : undefined,
  })
}
