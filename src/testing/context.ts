import { passCredential } from '../auth/passed-credential.ts'
import { type RequestContext, SIGNATURE_ROLE, type User } from '../domain/request.ts'
import { appTokens } from './test-app.ts'

/** The context of an anonymous request. */
export function testContext(overrides: Partial<RequestContext> = {}): RequestContext {
  return {
    principal: { kind: 'anonymous' },
    requestId: 'test',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    clientAddress: '192.0.2.1',
    signal: new AbortController().signal,
    ...overrides,
  }
}

/** The context of a request of a user, with a token that servers under test accept. */
export const userContext = (user: User): RequestContext =>
  testContext({ principal: passCredential({ ...user }, { authorization: `Bearer ${appTokens.sign(user)}` }) })

/** The context of a call by the signature role. */
export const signatureRoleContext = (): RequestContext => testContext({ principal: SIGNATURE_ROLE })
