/** Memory of a process of each role. */
import { setTimeout as delay } from 'node:timers/promises'
import { ROLES } from '../../../config/roles.ts'
import { readMemory } from '../../process-files.ts'
import type { StackMeasurement } from '../stack-bench.ts'

const MB = 1e6

export const idle: StackMeasurement = {
  name: 'idle',
  async run(bench) {
    await delay(bench.scale.restMs)
    return Promise.all(
      ROLES.map(async (role) => ({
        measure: `RSS of ${role}, idle`,
        value: ((await readMemory(bench.role(role).pid, 'VmRSS')) ?? 0) / MB,
        unit: 'MB' as const,
      })),
    )
  },
}

export const loaded: StackMeasurement = {
  name: 'loaded',
  run: (bench) =>
    Promise.all(
      ROLES.map(async (role) => ({
        measure: `RSS of ${role}, at the most in all of this`,
        value: (await bench.peak(role)) / MB,
        unit: 'MB' as const,
      })),
    ),
}
