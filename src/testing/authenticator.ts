import { createAuthenticator } from '../auth/authenticator.ts'
import { type KnownIdentities, NOBODY_KNOWN } from '../auth/known-identities.ts'
import type { UserTokens } from '../auth/tokens.ts'
import { systemClock } from '../runtime/clock.ts'
import { serviceTokens } from './service-tokens.ts'

/** Accepts these tokens, and without `known` no API key. */
export const testAuthenticator = (
  mode: 'open' | 'required',
  tokens: UserTokens,
  known: KnownIdentities = NOBODY_KNOWN,
) => createAuthenticator({ mode, tokens, serviceTokens, known, clock: systemClock })
