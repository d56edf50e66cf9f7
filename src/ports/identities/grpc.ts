import { DomainError } from '../../domain/errors.ts'
import type { NewId } from '../../runtime/ids.ts'
import { type CallClientOptions, createCallClient } from '../../rpc/call-client.ts'
import { IdentityService } from '../../rpc/gen/docmgr/identity_pb.ts'
import type { Principal } from '../../domain/request.ts'
import { childTraceparent } from '../../runtime/trace.ts'
import type { Identities } from './port.ts'
import { keyOf } from './service.ts'

export interface GrpcIdentitiesOptions extends CallClientOptions {
  newId: NewId
}

/** The role that asks, for itself; which one that is its token says. */
const ASKER = { kind: 'system', name: 'identities' } as const satisfies Principal

/** The document role of other processes, over gRPC. Connects at the first call. */
export function openGrpcIdentities({ newId, ...options }: GrpcIdentitiesOptions): Identities {
  const { call, stop } = createCallClient([IdentityService], options)
  const { method } = IdentityService
  const context = () => ({
    principal: ASKER,
    requestId: newId(),
    traceparent: childTraceparent(undefined),
    // The answers are kept for many requests, so none of them may cancel the call.
    signal: new AbortController().signal,
  })
  return {
    async findKey(id, usedWith = '') {
      return keyOf(await call(method.findKey, { id, usedWith }, context()))
    },
    async findSession(cookieSha256, used) {
      const answer = await call(method.findSession, { cookieSha256, used }, context())
      const { found, id, email, admin, auditor, groups, expiresAt } = answer
      return found ? { id, email, admin, auditor, groups, expiresAt: Number(expiresAt) } : undefined
    },
    async listDisabled() {
      const { ids, emails } = await call(method.listDisabled, {}, context())
      return { ids: new Set(ids), emails: new Set(emails) }
    },
    async verifyToken(token) {
      const answer = await call(method.verifyToken, { token }, context())
      if (answer.refusal !== '') throw new DomainError('unauthenticated', answer.refusal)
      const { id, email, admin, auditor, groups } = answer
      const roles = { admin, ...(auditor && { auditor }), ...(groups.length > 0 && { groups }) }
      return { user: { kind: 'user', id, email, ...roles }, expiresAt: Number(answer.expiresAt) }
    },
    async signToken({ id, email }) {
      return (await call(method.signToken, { id, email }, context())).token
    },
    stop: async () => stop(),
  }
}
