import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Histogram, type Metric, Registry } from 'prom-client'
import { createDurations } from './durations.ts'

test('the output equals that of a histogram of prom-client', async () => {
  const bounds = [0.001, 0.01, 1]
  const labels = ['method', 'route', 'status']
  const [own, other] = [new Registry(), new Registry()]
  const durations = createDurations({
    register: (metric) => own.registerMetric(metric as unknown as Metric),
    name: 'd',
    help: 'Time',
    labels,
    bounds,
  })
  const histogram = new Histogram({
    name: 'd',
    help: 'Time',
    labelNames: labels,
    buckets: bounds,
    registers: [other],
  })
  assert.equal(await own.metrics(), await other.metrics())
  for (const [method, route, status, seconds] of [
    ['GET', '/documents/:id', 200, 0.0005],
    ['GET', '/documents/:id', 200, 0.001],
    ['GET', '/documents/:id', 404, 0.5],
    ['POST', '/documents/"x"', 201, 7],
    ['GET', '/documents/:id', 200, 0.25],
  ] as const) {
    durations.observe(seconds, method, route, status)
    histogram.observe({ method, route, status }, seconds)
  }
  assert.equal(await own.metrics(), await other.metrics())
})
