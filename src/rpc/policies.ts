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
}
const ACCESS: MethodPolicies<typeof AccessService> = { listAccess: 'service' }

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

function pathsOf<Service extends DescService>(
  service: Service,
  policies: MethodPolicies<Service>,
): [string, Policy][] {
  return service.methods.map(({ name, localName }) => [
    `/${service.typeName}/${name}`,
    policies[localName as keyof Service['method']],
  ])
}
