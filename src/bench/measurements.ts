import type { Measurement } from './measurement.ts'
import { event, searchable } from './measurements/latencies.ts'
import { cached, create, list, sign } from './measurements/rates.ts'

/** In the order in which they run: each finds the documents of those before it. */
export const MEASUREMENTS: readonly Measurement[] = [cached, list, create, sign, event, searchable]
