import type { RequestContext } from '../domain/request.ts'

/** The context of a request by the service itself. */
export function testContext(overrides: Partial<RequestContext> = {}): RequestContext {
  return {
    principal: { kind: 'system', name: 'test' },
    requestId: 'test',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    clientAddress: '127.0.0.1',
    signal: new AbortController().signal,
    ...overrides,
  }
}
