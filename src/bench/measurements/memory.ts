/** Memory of docmgr's own process; PostgreSQL's is apart. */
import { setTimeout as delay } from 'node:timers/promises'
import { ask } from '../load.ts'
import type { Bench, Measurement, Row } from '../measurement.ts'
import { readMetric } from '../metrics.ts'
import { readMemory, resetPeak } from '../process-files.ts'
import { prose } from '../texts.ts'

const MB = 1e6
const UPLOAD_BYTES = 10 * MB
const UPLOAD_AIM_MB = 32
/** What a start leaves behind is given back in this time. */
const REST_MS = 3_000

export const idle: Measurement = {
  name: 'idle',
  async run(bench) {
    if (bench.scale.rounds > 1) await delay(REST_MS)
    return [row('RSS when nothing has been asked yet', await residentSize(bench))]
  },
}

export const after: Measurement = {
  name: 'after',
  async run(bench) {
    await bench.settled()
    return [row('RSS after all of this', await residentSize(bench))]
  },
}

/** A text, streamed as the body of the request: what is added until it can be searched. */
export const upload: Measurement = {
  name: 'upload',
  async run(bench) {
    const text = Buffer.from(prose(UPLOAD_BYTES))
    const added: number[] = []
    for (let n = 0; n < bench.scale.uploads; n++) {
      await bench.settled()
      const before = await residentSize(bench)
      const peak = await watchPeak(bench)
      await ask(
        bench.pool,
        {
          method: 'POST',
          path: '/documents?title=Long%20text&created_by=ada@example.com',
          headers: { 'content-type': 'text/plain' },
          body: text,
        },
        201,
      )
      await bench.settled()
      added.push((await peak()) - before)
    }
    const detail = `each of ${added.length}: ${added.map((bytes) => (bytes / MB).toFixed(0)).join(', ')}`
    return [
      { ...row('RSS that a 10 MB upload adds, at the most', Math.max(...added)), aim: UPLOAD_AIM_MB, detail },
    ]
  },
}

function row(measure: string, bytes: number): Row {
  return { measure, value: bytes / MB, unit: 'MB' }
}

async function residentSize({ service, pool }: Bench): Promise<number> {
  return (
    (await readMemory(service.pid, 'VmRSS')) ?? (await readMetric(pool, 'process_resident_memory_bytes'))!
  )
}

/** @returns asks for the largest size since then: from the system where it keeps it, or else from samples */
async function watchPeak(bench: Bench): Promise<() => Promise<number>> {
  if (await resetPeak(bench.service.pid)) return async () => (await readMemory(bench.service.pid, 'VmHWM'))!
  let peak = 0
  let sampling = true
  const samples = (async () => {
    for (; sampling; await delay(20)) peak = Math.max(peak, await residentSize(bench))
  })()
  return async () => {
    sampling = false
    await samples
    return peak
  }
}
