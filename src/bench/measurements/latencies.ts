/** How soon a change is seen, one at a time on a service that does nothing else. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { within } from '../../testing/deadline.ts'
import { calibrateClock } from '../clock.ts'
import { ask, withJson } from '../load.ts'
import type { Bench, Measurement, Row } from '../measurement.ts'
import { median, percentile } from '../statistics.ts'
import { newDocument, newWord } from '../texts.ts'

const LIMIT_MS = 10_000
/** Between two changes, at most. */
const PAUSE_MS = 8

/** From the commit, which the message gives in whole milliseconds, so that up to one is counted too much. */
export const event: Measurement = {
  name: 'event',
  async run(bench) {
    const [id] = await bench.newDocuments(1)
    await bench.settled()
    const socket = await subscribe(bench, id!)
    const now = calibrateClock()
    const latencies: number[] = []
    const afterAnswer: number[] = []
    for (let n = 0; n < bench.scale.events; n++) {
      const arrival = once(socket, 'message').then(([bytes]) => {
        const at = now()
        return { at, timestamp: (JSON.parse(String(bytes)) as { timestamp: string }).timestamp }
      })
      const request = withJson('PATCH', `/documents/${id}`, { title: `Amendment ${n}` })
      const answered = ask(bench.pool, request, 200).then(now)
      const { at, timestamp } = await within(LIMIT_MS, 'the event', arrival)
      latencies.push(at - Date.parse(timestamp))
      afterAnswer.push(at - (await answered))
      await delay(Math.random() * PAUSE_MS)
    }
    socket.close()
    const detail = `p50 ${median(afterAnswer).toFixed(1)} ms after the answer to the client`
    return twoRows('commit to WebSocket message', latencies, 10, detail)
  },
}

/** From the row's time, which is before the commit, to the answer of the first search that finds it. */
export const searchable: Measurement = {
  name: 'searchable',
  async run(bench) {
    await bench.settled()
    const now = calibrateClock()
    const latencies: number[] = []
    for (let n = 0; n < bench.scale.searches; n++) {
      const word = newWord()
      const request = withJson('POST', '/documents', newDocument(`The ${word} clause.`))
      const { created_at } = JSON.parse((await ask(bench.pool, request, 201)).body) as { created_at: string }
      await untilFound(bench, word)
      latencies.push(now() - millisOf(created_at))
      await delay(Math.random() * PAUSE_MS)
    }
    return twoRows('commit to searchable', latencies, 50)
  },
}

async function untilFound(bench: Bench, word: string): Promise<void> {
  const end = performance.now() + LIMIT_MS
  for (;;) {
    const { body } = await ask(bench.pool, { method: 'GET', path: `/search?q=${word}&size=1` }, 200)
    if ((JSON.parse(body) as { total: number }).total > 0) return
    if (performance.now() > end)
      throw new Error(`waited ${LIMIT_MS} ms without success for ${word} to be found`)
    await delay(1)
  }
}

async function subscribe(bench: Bench, id: string): Promise<WebSocket> {
  const path = '/auth/token?user_id=bench&email=bench@example.com'
  const { access_token } = JSON.parse((await ask(bench.pool, { method: 'GET', path }, 200)).body) as {
    access_token: string
  }
  const base = bench.service.urls.http.replace('http', 'ws')
  const socket = new WebSocket(`${base}/ws/${id}?token=${access_token}`, { perMessageDeflate: false })
  const [hello] = await within(LIMIT_MS, 'the WebSocket', once(socket, 'message'))
  const { type } = JSON.parse(String(hello)) as { type: string }
  if (type !== 'connection.established') throw new Error(`the WebSocket began with ${type}`)
  return socket
}

/** Milliseconds with a fraction: the database's times have microseconds. */
function millisOf(iso: string): number {
  const micros = /\.\d{3}(\d{3})Z$/.exec(iso)?.[1] ?? '0'
  return Date.parse(iso) + Number(micros) / 1_000
}

function twoRows(measure: string, latencies: number[], aim: number, detail?: string): Row[] {
  const count = `${latencies.length} changes`
  return [
    {
      measure: `${measure}, p50`,
      value: median(latencies),
      unit: 'ms',
      aim,
      detail: detail === undefined ? count : `${count}; ${detail}`,
    },
    { measure: `${measure}, p99`, value: percentile(latencies, 0.99), unit: 'ms' },
  ]
}
