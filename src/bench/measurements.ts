import type { Measurement } from './measurement.ts'
import { importing, seed } from './measurements/bulk.ts'
import { cursor } from './measurements/cursor.ts'
import { event, searchable } from './measurements/latencies.ts'
import { after, idle, upload } from './measurements/memory.ts'
import { cached, create, health, list, sign } from './measurements/rates.ts'
import { ready } from './measurements/ready.ts'

/** In the order in which they run: each finds the documents of those before it. */
export const MEASUREMENTS: readonly Measurement[] = [
  idle,
  ready,
  health,
  cached,
  seed,
  list,
  create,
  sign,
  cursor,
  event,
  searchable,
  upload,
  importing,
  after,
]
