import { createServiceTokens } from '../auth/service-tokens.ts'
import { systemClock } from '../runtime/clock.ts'

const secret = 'a secret for tests, 32 bytes long'

/** Of roles under test. */
export const serviceTokens = createServiceTokens(
  { secret, issuer: 'docmgr', audience: 'docmgr', lifetime: 60 },
  systemClock,
)
