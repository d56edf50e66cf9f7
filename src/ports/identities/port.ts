import type { IdentitySource } from '../../auth/identity-source.ts'

/** Who keys, sessions and tokens belong to, as the document role knows it. See `docmgr.IdentityService` in proto/docmgr/identity.proto. */
export interface Identities extends IdentitySource {
  stop(): Promise<void>
}
