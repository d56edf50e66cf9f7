/** `docmgr.IdentityService` (proto/docmgr/identity.proto): its messages and the port, mapped onto each other. */
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { FoundKey } from '../../auth/identity-source.ts'
import { isScope } from '../../domain/scopes.ts'
import type {
  FindKeyResponse,
  FindKeyResponseSchema,
  IdentityService,
} from '../../rpc/gen/docmgr/identity_pb.ts'
import type { Handlers } from '../../rpc/handlers.ts'
import type { Identities } from './port.ts'

export function createIdentityService(identities: Identities): Handlers<typeof IdentityService> {
  return {
    async findKey({ id, usedWith }) {
      const found = await identities.findKey(id, usedWith === '' ? undefined : usedWith)
      return found ? messageOf(found) : { found: false }
    },
    async findSession({ cookieSha256, used }) {
      const found = await identities.findSession(cookieSha256, used)
      if (!found) return { found: false }
      return { found: true, ...found, groups: [...found.groups], expiresAt: BigInt(found.expiresAt) }
    },
    async listDisabled() {
      const { ids, emails } = await identities.listDisabled()
      return { ids: [...ids], emails: [...emails] }
    },
  }
}

const messageOf = ({
  expiresAt,
  scopes,
  ...key
}: FoundKey): MessageInitShape<typeof FindKeyResponseSchema> => ({
  found: true,
  ...key,
  scopes: [...scopes],
  expiresAt: Number.isFinite(expiresAt) ? BigInt(expiresAt) : 0n,
})

export function keyOf({
  found,
  secretSha256,
  email,
  scopes,
  expiresAt,
}: FindKeyResponse): FoundKey | undefined {
  if (!found) return undefined
  return {
    secretSha256,
    email,
    // An older process may not know all.
    scopes: scopes.filter(isScope),
    expiresAt: expiresAt === 0n ? Infinity : Number(expiresAt),
  }
}
