/** `docmgr.IdentityService` (proto/docmgr/identity.proto): its messages and the port, mapped onto each other. */
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { FoundKey } from '../../auth/identity-source.ts'
import type { VerifiedToken } from '../../auth/tokens.ts'
import { isProblem } from '../../domain/errors.ts'
import { isScope } from '../../domain/scopes.ts'
import type {
  FindKeyResponse,
  FindKeyResponseSchema,
  IdentityService,
  VerifyTokenResponseSchema,
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
    verifyToken: ({ token }) => identities.verifyToken(token).then(verifiedMessage, refusalMessage),
    async signToken(user) {
      return { token: await identities.signToken(user) }
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

type VerifyTokenMessage = MessageInitShape<typeof VerifyTokenResponseSchema>

const verifiedMessage = ({ user, expiresAt }: VerifiedToken): VerifyTokenMessage => {
  const { id, email, admin, auditor = false, groups = [] } = user
  return { id, email, admin, auditor, groups: [...groups], expiresAt: BigInt(Math.floor(expiresAt)) }
}

/** An answer like another: an error of the call would be about the role that asks. */
function refusalMessage(error: unknown): VerifyTokenMessage {
  if (isProblem(error, 'unauthenticated')) return { refusal: error.message }
  throw error
}

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
