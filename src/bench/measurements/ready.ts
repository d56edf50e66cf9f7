import { join } from 'node:path'
import { startServiceProcess } from '../../testing/service-process.ts'
import type { Measurement } from '../measurement.ts'
import { median } from '../statistics.ts'

/** From the start of the process to its word that it is ready; another service than the one that the rest measures. */
export const ready: Measurement = {
  name: 'ready',
  async run({ scale, folder }) {
    const first: number[] = []
    const again: number[] = []
    for (let n = 0; n < scale.starts; n++) {
      const data = join(folder, `start-${n}`)
      for (const times of [first, again]) {
        const service = await startServiceProcess(data)
        times.push(service.readyMs / 1_000)
        await service.stop()
      }
    }
    const detail = `median of ${scale.starts}`
    return [
      { measure: 'ready from nothing', value: median(first), unit: 's', aim: 8, detail },
      { measure: 'ready again', value: median(again), unit: 's', aim: 3, detail },
    ]
  },
}
