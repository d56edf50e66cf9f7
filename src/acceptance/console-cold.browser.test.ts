/**
 * How soon the console is usable after a first start, by what that costs: a clock would also measure what else the machine
 * does. Everything is on one machine, so that the work of the service and of the page is the time. ARCHITECTURE has it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cpuOf, cpuSince, totalOf } from '../testing/cpu.ts'
import { startConsole } from '../testing/console.ts'

/** Of CPU, of the service with its database and of the page's main thread. */
const MAX_SECONDS = 0.8
const MAX_REQUESTS = 30
const MAX_BYTES = 64 * 1024

const { origin, open, pid } = await startConsole()

test('the first page of a first start is usable after less than a second of work', async (t) => {
  const { page, close } = await open()
  const inspector = await page.context().newCDPSession(page)
  await inspector.send('Performance.enable', { timeDomain: 'threadTicks' })
  const before = await cpuOf(pid)
  const begun = performance.now()
  await page.goto(origin)
  await page.getByRole('heading', { name: 'No documents yet' }).waitFor()
  const usableMs = performance.now() - begun
  const ofService = totalOf(cpuSince(before, await cpuOf(pid)))
  const { metrics } = await inspector.send('Performance.getMetrics')
  const ofPage = metrics.find(({ name }) => name === 'TaskDuration')!.value
  const sizes = (await page.evaluate(
    `['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type).map((entry) => entry.transferSize))`,
  )) as number[]
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  t.diagnostic(
    `usable after ${usableMs.toFixed(0)} ms; service ${ofService.toFixed(2)} s, page ${ofPage.toFixed(2)} s of CPU; ` +
      `${sizes.length} requests, ${bytes} bytes`,
  )
  assert.ok(ofPage > 0 && ofService + ofPage < MAX_SECONDS, `service ${ofService} s, page ${ofPage} s of CPU`)
  assert.ok(sizes.length <= MAX_REQUESTS, `${sizes.length} requests`)
  assert.ok(bytes <= MAX_BYTES, `${bytes} bytes`)
  await close()
})
