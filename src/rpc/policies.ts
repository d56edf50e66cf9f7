import type { DescService } from '@bufbuild/protobuf'
import { DomainError } from '../domain/errors.ts'
import type { Policy } from '../domain/policy.ts'
import { type Principal, requireAdmin } from '../domain/request.ts'
import { DocumentService } from './gen/document_pb.ts'
import { AccessService } from './gen/docmgr/access_pb.ts'
import { IdentityService } from './gen/docmgr/identity_pb.ts'

/** Who may call each method of a service. */
type MethodPolicies<Service extends DescService> = Record<keyof Service['method'], Policy>

const DOCUMENT: MethodPolicies<typeof DocumentService> = {
  updateDocumentStatus: 'change',
  getDocument: 'read',
  documentExists: 'read',
}
const IDENTITY: MethodPolicies<typeof IdentityService> = {
  findKey: 'service',
  findSession: 'service',
  listDisabled: 'service',
  verifyToken: 'service',
  signToken: 'service',
}
const ACCESS: MethodPolicies<typeof AccessService> = {
  listAccess: 'service',
  recordRefusal: 'service',
  announceDocument: 'service',
}

/** The roles that call others. */
type CallingRole = 'signature' | 'search' | 'ws' | 'indexer'

/** Which roles may call a method: for themselves, and for a client whose own credential they pass on. */
export interface RolePolicy {
  itself: readonly CallingRole[]
  forClients: readonly CallingRole[]
  /** in this mode only */
  mode?: 'open'
}

type RolePolicies<Service extends DescService> = Record<keyof Service['method'], RolePolicy>

/** The signature role says itself only that a document is signed (`statusMove`); it reads for who signs. */
const DOCUMENT_ROLES: RolePolicies<typeof DocumentService> = {
  updateDocumentStatus: { itself: ['signature'], forClients: ['signature'] },
  getDocument: { itself: [], forClients: ['signature'] },
  documentExists: { itself: [], forClients: ['signature'] },
}
/** Whatever authenticates requests. */
const ANY: RolePolicy = { itself: ['signature', 'search', 'ws', 'indexer'], forClients: [] }
const IDENTITY_ROLES: RolePolicies<typeof IdentityService> = {
  findKey: ANY,
  findSession: ANY,
  listDisabled: ANY,
  verifyToken: ANY,
  // For GET /auth/token: where tokens are required, no role has one.
  signToken: { itself: ['ws'], forClients: [], mode: 'open' },
}
const ACCESS_ROLES: RolePolicies<typeof AccessService> = {
  listAccess: { itself: ['signature', 'ws'], forClients: [] },
  recordRefusal: { itself: ['ws'], forClients: [] },
  announceDocument: { itself: ['ws'], forClients: [] },
}

/** By path; no role may call any other method. */
export const RPC_ROLES: ReadonlyMap<string, RolePolicy> = new Map<string, RolePolicy>([
  ...pathsOf(DocumentService, DOCUMENT_ROLES),
  ...pathsOf(IdentityService, IDENTITY_ROLES),
  ...pathsOf(AccessService, ACCESS_ROLES),
])

/** By path: `/document.DocumentService/GetDocument`. */
export const RPC_POLICIES: ReadonlyMap<string, Policy> = new Map<string, Policy>([
  ...pathsOf(DocumentService, DOCUMENT),
  ...pathsOf(IdentityService, IDENTITY),
  ...pathsOf(AccessService, ACCESS),
])

/** Services that grpc-js brings, by the beginning of their paths. */
const BROUGHT: readonly [string, Policy][] = [
  ['/grpc.health.v1.Health/', 'public'],
  ['/grpc.reflection.v1.ServerReflection/', 'operator'],
  ['/grpc.reflection.v1alpha.ServerReflection/', 'operator'],
]

/** @returns undefined for a method that there is not */
export const policyOfCall = (path: string): Policy | undefined =>
  RPC_POLICIES.get(path) ?? BROUGHT.find(([prefix]) => path.startsWith(prefix))?.[1]

/**
 * Checks what depends on the caller alone; what concerns a document is checked where the document is read.
 * @throws DomainError forbidden, unauthenticated
 */
export function requirePolicy(path: string, principal: Principal, mode: 'open' | 'required'): void {
  const policy = policyOfCall(path)
  if (policy === 'operator' && mode === 'required') requireAdmin(principal)
  if (policy === 'service' && principal.kind !== 'system')
    throw new DomainError('forbidden', 'only roles of the service may call this method')
}

/**
 * The role as which a process calls a method.
 * @param roles those of its key
 * @throws DomainError forbidden
 */
export function requireRole(
  path: string,
  roles: readonly string[],
  by: 'itself' | 'forClients',
  mode: 'open' | 'required',
): string {
  const policy = RPC_ROLES.get(path)
  if (policy?.mode === 'open' && mode === 'required')
    throw new DomainError('forbidden', 'no role may call this method where tokens are required')
  const role = policy?.[by].find((one) => roles.includes(one))
  if (role !== undefined) return role
  const whom = by === 'itself' ? 'itself' : 'a client'
  throw new DomainError('forbidden', `the role ${roles.join(', ')} may not call this method for ${whom}`)
}

function pathsOf<P>(service: DescService, policies: Record<string, P>): [string, P][] {
  return service.methods.map(({ name, localName }) => [`/${service.typeName}/${name}`, policies[localName]!])
}
