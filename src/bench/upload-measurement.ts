import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import type { Measurement, Row } from './measurement.ts'
import type { Bench } from './open-bench.ts'
import { median } from './table.ts'

/** Bytes of a content. */
const SIZE = 10_000_000
const UPLOADS = 5
const LIMIT_MS = 30_000
/** Bytes: less cannot be seen. */
const PAGE = 4_096
const FIELDS = { title: 'Upload', created_by: 'ada@example.com', content_type: 'application/octet-stream' }

/**
 * What an upload adds to the memory of the process while it is running, beyond what the process had before. Linux only: other
 * systems have no peak that can be reset.
 */
export const upload: Measurement<Bench> = {
  name: 'upload',
  async run({ service: { pid, urls } }) {
    const added = async (body: () => RequestInit): Promise<number> => {
      const peaks: number[] = []
      for (let n = 0; n < UPLOADS; n++) peaks.push(await peakOf(pid, () => send(urls.http, body())))
      return median(peaks)
    }
    const row = (how: string, value: number): Row => ({
      measure: `memory that a content of 10 MB adds at its peak, ${how}`,
      value: Math.max(PAGE, value),
      unit: 'bytes',
      detail: `median of ${UPLOADS} uploads`,
    })
    return [
      { ...row('uploaded as a form', await added(asForm)), aim: 16_000_000 },
      row('in a JSON body', await added(asJson)),
    ]
  },
}

function asForm(): RequestInit {
  const form = new FormData()
  for (const [name, value] of Object.entries(FIELDS)) form.set(name, value)
  form.set('content', new Blob([randomBytes(SIZE)]), 'upload.bin')
  return { body: form }
}

const asJson = (): RequestInit => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ ...FIELDS, content: randomBytes(SIZE / 2).toString('hex') }),
})

async function send(url: string, init: RequestInit): Promise<void> {
  const request = { method: 'POST', signal: AbortSignal.timeout(LIMIT_MS), ...init }
  const answer = await fetch(`${url}/documents`, request)
  const text = await answer.text()
  if (answer.status !== 201) throw new Error(`an upload was answered with ${answer.status}: ${text}`)
}

/** Bytes of resident memory at the peak of some work, beyond those before it: see proc(5). */
async function peakOf(pid: number, work: () => Promise<void>): Promise<number> {
  const read = async (name: 'VmRSS' | 'VmHWM'): Promise<number> => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    return 1_024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
  }
  // Resets VmHWM.
  await writeFile(`/proc/${pid}/clear_refs`, '5')
  const before = await read('VmRSS')
  await work()
  return (await read('VmHWM')) - before
}
