import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js'
import type { Authenticator } from '../auth/authenticator.ts'
import { isServiceScheme } from '../auth/service-tokens.ts'
import { isProblem } from '../domain/errors.ts'
import type { Usage } from '../domain/limits.ts'
import { isTried, type Refusals } from '../domain/refusals.ts'
import { requestIdOf } from '../domain/request-id.ts'
import type { Principal } from '../domain/request.ts'
import { createClientAddress } from '../http/context.ts'
import { addressWithoutPort } from '../http/peer-address.ts'
import type { RequestGuard } from '../http/request-guard.ts'
import type { RequestLimits } from '../http/request-limits.ts'
import type { NewId } from '../runtime/ids.ts'
import type { CallPipeline } from './call-pipeline.ts'
import { metadataOf, statusOf, textOf } from './call-metadata.ts'
import { policyOfCall, requirePolicy } from './policies.ts'
import { awaitFirstMessage, recordRefusedMessage } from './refused-message.ts'
import { CLIENT_KEY, identifyRoleCall, REFUSED_KEY } from './role-calls.ts'

export interface Caller {
  principal: Principal
  readonly clientAddress: string
  /** what was counted for the call, of the limits of its client */
  readonly usages: Usage[]
  /** Its calls are for many clients, whose requests were counted. */
  readonly isRole: boolean
  /** The credential of the client is looked at for whom a role calls. */
  isForClient?: boolean
}

/** By the metadata of a call, which its handler receives, too. */
export type Callers = WeakMap<Metadata, Caller>

export interface CallAuthenticationOptions {
  authenticator: Authenticator
  guard: RequestGuard
  limits: RequestLimits
  newId: NewId
  trustedProxies: string[]
  pipeline: CallPipeline
  /** gets those of the calls that are accepted */
  callers: Callers
  /** gets to know whom the documents are refused to that a call without an identity names */
  refusals: Pick<Refusals, 'record'>
}

/**
 * Refuses a call by its headers: its handler gets nothing of it. Which document it is about stands in its message, so the
 * answer to a caller without an identity waits a moment for that.
 */
export function createCallAuthentication(options: CallAuthenticationOptions): ServerInterceptor {
  const { callers, guard, limits, newId, pipeline, trustedProxies } = options
  const addressOf = createClientAddress(trustedProxies)
  return ({ path }, call) => {
    const accept = async (metadata: Metadata, caller: Caller): Promise<void> => {
      const [origin, site] = [textOf(metadata, 'origin'), textOf(metadata, 'sec-fetch-site')]
      guard.checkCall({ host: call.getHost(), origin, site })
      await identify(path, caller, metadata, options)
      requirePolicy(path, caller.principal, options.authenticator.mode)
      callers.set(metadata, caller)
    }
    const refuse = (metadata: Metadata, { usages, isForClient }: Caller, error: unknown): void => {
      const requestId = requestIdOf(textOf(metadata, 'x-request-id'), newId)
      const method = path.slice(path.lastIndexOf('/') + 1)
      const failure = pipeline.refuse({ protocol: 'grpc', method, requestId }, error)
      const whose = isForClient ? [REFUSED_KEY, 'client'] : []
      const headers = ['x-request-id', requestId, ...whose, ...limits.headersOf(usages, error)]
      call.sendStatus(statusOf(failure, metadataOf(headers)))
    }
    const refuseOnceRead = (metadata: Metadata, caller: Caller, error: unknown): void => {
      refused = awaitFirstMessage(call, (bytes) => {
        refuse(metadata, caller, error)
        const { clientAddress, principal } = caller
        const from = { principal, clientAddress, userAgent: textOf(metadata, 'user-agent') }
        if (bytes) recordRefusedMessage({ path, bytes, type: 'application/grpc' }, from, options.refusals)
      })
    }
    /** ends the wait for the message of a call that is refused */
    let refused: ((bytes?: Buffer) => void) | undefined
    const listener = new ServerListenerBuilder().withOnReceiveMetadata((metadata, next) => {
      if (policyOfCall(path) === 'public') return next(metadata)
      const clientAddress = addressOf({
        headers: forwardedBy(metadata),
        socket: { remoteAddress: addressWithoutPort(call.getPeer()) },
      })
      const isRole = isServiceScheme(textOf(metadata, 'authorization'))
      const caller: Caller = { principal: { kind: 'anonymous' }, clientAddress, usages: [], isRole }
      accept(metadata, caller).then(
        () => next(metadata),
        (error: unknown) => {
          const isAboutDocument = isTried(policyOfCall(path) ?? '') && !isRole
          if (isAboutDocument && isProblem(error, 'unauthenticated')) refuseOnceRead(metadata, caller, error)
          else refuse(metadata, caller, error)
        },
      )
    })
    listener.withOnReceiveMessage((bytes: Buffer, next) => (refused ? refused(bytes) : next(bytes)))
    listener.withOnReceiveHalfClose((next) => (refused ? refused() : next()))
    listener.withOnCancel(() => refused?.())
    return new ServerInterceptingCall(call, { start: (next) => next(listener.build()) })
  }
}

/**
 * Counts a call and finds its principal. The calls of a role are not counted, and only the ones with a service token that is
 * not valid are.
 * @throws DomainError unauthenticated, too-many-requests
 */
async function identify(
  path: string,
  caller: Caller,
  metadata: Metadata,
  { authenticator, limits }: CallAuthenticationOptions,
): Promise<void> {
  const authorization = textOf(metadata, 'authorization')
  if (!caller.isRole) {
    limits.countAddress(caller)
    caller.principal = (await authenticator.identify({ authorization })).principal
    return limits.countPrincipal(caller)
  }
  const sent = { authorization: authorization!, client: textOf(metadata, CLIENT_KEY) }
  try {
    caller.principal = await identifyRoleCall(path, sent, authenticator, () => {
      caller.isForClient = true
    })
  } catch (error) {
    if (!caller.isForClient) limits.countAddress(caller)
    throw error
  }
}

/** All of X-Forwarded-For, as node joins it for HTTP: a proxy may add a field of its own after that of the client. */
function forwardedBy(metadata: Metadata): { 'x-forwarded-for'?: string } {
  const forwarded = metadata.get('x-forwarded-for')
  return forwarded.length === 0 ? {} : { 'x-forwarded-for': forwarded.join(', ') }
}
