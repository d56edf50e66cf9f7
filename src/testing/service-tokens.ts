import { createServiceTokens } from '../auth/service-tokens.ts'
import { systemClock } from '../runtime/clock.ts'
import { SERVICE_KEYS, serviceKeyOf } from './service-keys.ts'

/** Of a process of the role under test; each accepts all of them. */
export const serviceTokensOf = (role: Parameters<typeof serviceKeyOf>[0]) =>
  createServiceTokens({ key: serviceKeyOf(role), keys: SERVICE_KEYS }, systemClock)

/** Those of the signature role. */
export const serviceTokens = serviceTokensOf('signature')
