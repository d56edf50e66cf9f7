import { z } from 'zod'
import {
  COUNTED,
  type Counted,
  HELD,
  type Held,
  OWNERS,
  type QuotaSetting,
  quotaSetting,
} from '../domain/limits.ts'

/** Nothing is limited by 0 or `off`. */
const QUOTA_RULE = `must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER} (0: no limit) or off`
const quota = (description: string, fallback: number) =>
  z
    .union([z.int(QUOTA_RULE).min(0, QUOTA_RULE), z.literal('off')], QUOTA_RULE)
    .default(fallback)
    .describe(`${description}; 0 or off: no limit`)

/** A setting such as `principalRequests` for each limit and each kind of its owner. */
export const quotas = Object.fromEntries(
  OWNERS.flatMap((owner) => {
    const whose = owner === 'address' ? 'an address' : 'a user'
    const counted = Object.entries(COUNTED).map(([name, { what, ...defaults }]) => [
      quotaSetting(owner, name as Counted),
      quota(`maximum number of ${what} of ${whose} in limits.window`, defaults[owner]),
    ])
    const held = Object.entries(HELD).map(([name, { what, ...defaults }]) => [
      quotaSetting(owner, name as Held),
      quota(`maximum number of ${what} of ${whose} in one process`, defaults[owner]),
    ])
    return [...counted, ...held]
  }),
) as Record<QuotaSetting, ReturnType<typeof quota>>
