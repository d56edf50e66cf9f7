import { cachedGet } from './measurements/cached-get.ts'
import { costs } from './measurements/costs.ts'
import { fanOut } from './measurements/fan-out.ts'
import { grpc } from './measurements/grpc.ts'
import { indexing } from './measurements/indexing.ts'
import { latency } from './measurements/latency.ts'
import { pooling } from './measurements/pooling.ts'
import type { StackMeasurement } from './stack-bench.ts'

/** In the order in which they run. */
export const MEASUREMENTS: readonly StackMeasurement[] = [
  latency,
  cachedGet,
  grpc,
  pooling,
  fanOut,
  costs,
  indexing,
]
