import { createRandomHex } from './random.ts'

const random = createRandomHex()

/** of the traces that begin here, those that are recorded: from 0 to 1 */
let sampledRatio = 1

export function sampleNewTraces(ratio: number): void {
  sampledRatio = ratio
}

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/

/**
 * The trace context of the work for a request (W3C Trace Context, 3.2): a new span in the caller's trace, or in a new
 * trace when the caller sent none or an invalid one.
 */
export function childTraceparent(parent: string | undefined): string {
  const match = parent === undefined ? null : TRACEPARENT.exec(parent)
  if (match) return `00-${match[1]}-${random(16)}-${match[2]}`
  const trace = random(32)
  const isRecorded = parseInt(trace.slice(-8), 16) < sampledRatio * 2 ** 32
  return `00-${trace}-${random(16)}-${isRecorded ? '01' : '00'}`
}

/** Whether the one who began the trace wants it to be recorded (3.2.2.5.1, the sampled flag). */
export const isSampled = (traceparent: string): boolean => (parseInt(traceparent.slice(-1), 16) & 1) === 1

/** The trace id of a traceparent: 32 hexadecimal digits. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35)
