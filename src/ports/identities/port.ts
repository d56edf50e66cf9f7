import type { FoundKey, IdentitySource } from '../../auth/identity-source.ts'

export type { FoundKey }

/** Who keys belong to, as the document role knows it. See `docmgr.IdentityService` in proto/identity.proto. */
export interface Identities extends IdentitySource {
  stop(): Promise<void>
}
