import type { Principal } from '../domain/request.ts'

/** What a request identified itself with. */
export interface PassedCredential {
  /** the header Authorization */
  authorization?: string | undefined
  /** the value of the session cookie; only where there is no `authorization` */
  cookie?: string | undefined
}

const credentials = new WeakMap<Principal, PassedCredential>()

/** Keeps a client's credential for calls that are made for it. It is no part of the principal: principals are logged and stored. */
export function passCredential<P extends Principal>(principal: P, credential: PassedCredential): P {
  credentials.set(principal, credential)
  return principal
}

export const credentialOf = (principal: Principal): PassedCredential | undefined => credentials.get(principal)
