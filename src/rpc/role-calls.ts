/** Calls of roles: how one says for whom it calls, and how the document role finds out who that is. */
import type { Authenticator } from '../auth/authenticator.ts'
import { credentialOf } from '../auth/passed-credential.ts'
import type { Principal } from '../domain/request.ts'
import { requireRole } from './policies.ts'

/** Metadata with the client's own credential, where a role calls for one. */
export const CLIENT_KEY = 'docmgr-client'
/** Trailer of a call that was refused for that credential, and not for the role's. */
export const REFUSED_KEY = 'docmgr-refused'

const ANONYMOUS = 'Anonymous'
const SESSION = /^Session +(\S+)$/

/**
 * @returns the value of CLIENT_KEY; undefined for a role that calls for itself
 * @throws Error for a user whom no request of this process has identified
 */
export function clientOf(principal: Principal): string | undefined {
  if (principal.kind === 'system') return undefined
  if (principal.kind === 'anonymous') return ANONYMOUS
  const { authorization, cookie } = credentialOf(principal) ?? {}
  if (authorization !== undefined) return authorization
  if (cookie !== undefined) return `Session ${cookie}`
  throw new Error('a call for a user needs the credential of the request that it is made for')
}

/**
 * The principal of a call of a role. An API key that may sign need not have the scope that reads: the role reads for it.
 * @param client the value of CLIENT_KEY
 * @param refusing gets to know that it is the client's credential that is looked at
 * @throws DomainError unauthenticated, forbidden, unavailable
 */
export async function identifyRoleCall(
  path: string,
  { authorization, client }: { authorization: string; client: string | undefined },
  authenticator: Authenticator,
  refusing: () => void,
): Promise<Principal> {
  const roles = await authenticator.serviceTokens.authenticate(authorization)
  const { mode } = authenticator
  if (client === undefined) return { kind: 'system', name: requireRole(path, roles, 'itself', mode) }
  requireRole(path, roles, 'forClients', mode)
  refusing()
  const cookie = SESSION.exec(client)?.[1]
  const isHeader = client !== ANONYMOUS && cookie === undefined
  const { principal } = await authenticator.identify({ authorization: isHeader ? client : undefined, cookie })
  if (principal.kind !== 'user' || principal.scopes === undefined) return principal
  return { ...principal, scopes: [...new Set([...principal.scopes, 'read' as const])] }
}
