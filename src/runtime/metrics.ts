import { Counter, Gauge, Histogram, type Metric, Registry, collectDefaultMetrics } from 'prom-client'
import { createDurations, type Durations, type RegisteredMetric } from './durations.ts'

/** The metrics of one process, in Prometheus' text format. Each app in a test has a registry of its own. */
export interface Metrics {
  registry: Registry
  counter(name: string, help: string, labels?: string[]): Counter
  /** A counter whose values are kept elsewhere, by the values of its one label. */
  total(name: string, help: string, label: string, values: () => object): void
  gauge(
    name: string,
    help: string,
    labels?: string[],
    collect?: (gauge: Gauge) => void | Promise<void>,
  ): Gauge
  /** buckets in seconds */
  histogram(name: string, help: string, labels?: string[], buckets?: number[]): Histogram
  /** A histogram that is cheap enough for thousands of observations a second. */
  durations(name: string, help: string, labels: string[]): Durations
}

/** Gauges of prom-client that are named like counters, which promtool refuses. Others have the same values by type. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
]

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const register = (metric: RegisteredMetric): void => registry.registerMetric(metric as unknown as Metric)
  if (options.processMetrics) {
    collectDefaultMetrics({ register: registry })
    for (const name of MISNAMED) registry.removeSingleMetric(name)
  }
  return {
    registry,
    counter: (name, help, labelNames = []) => new Counter({ name, help, labelNames, registers }),
    total(name, help, label, values) {
      const counter: Counter = new Counter({
        name,
        help,
        labelNames: [label],
        registers,
        collect() {
          counter.reset()
          for (const [value, count] of Object.entries(values()))
            counter.inc({ [label]: value }, count as number)
        },
      })
    },
    gauge: (name, help, labelNames = [], collect) => {
      const gauge: Gauge = new Gauge({
        name,
        help,
        labelNames,
        registers,
        ...(collect && { collect: () => collect(gauge) }),
      })
      return gauge
    },
    histogram: (name, help, labelNames = [], buckets = SECONDS) =>
      new Histogram({ name, help, labelNames, buckets, registers }),
    durations: (name, help, labels) => createDurations({ register, name, help, labels, bounds: SECONDS }),
  }
}
