import { createRequestLimits } from '../http/request-limits.ts'
import { createUnlimited } from '../runtime/limiter.ts'

/** For parts that a test starts without a service. */
export const noLimits = createRequestLimits(createUnlimited())
