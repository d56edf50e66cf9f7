import { createRandomHex } from './random.ts'

const random = createRandomHex()

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/

/**
 * The trace context of the work for a request (W3C Trace Context, 3.2): a new span in the caller's trace, or in a new
 * trace when the caller sent none or an invalid one.
 */
export function childTraceparent(parent: string | undefined): string {
  const match = parent === undefined ? null : TRACEPARENT.exec(parent)
  return match ? `00-${match[1]}-${random(16)}-${match[2]}` : `00-${random(32)}-${random(16)}-01`
}

/** The trace id of a traceparent: 32 hexadecimal digits. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35)
