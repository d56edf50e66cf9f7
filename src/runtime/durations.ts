/** A histogram of durations in seconds, with one series for each combination of label values. */
export interface Durations {
  /** @param values of the labels, in the order of their definition */
  observe(seconds: number, ...values: (string | number)[]): void
}

/** The part of a metric that prom-client's registry uses. */
export interface RegisteredMetric {
  name: string
  get(): Promise<object>
  getForPromString(): Promise<object>
}

/** The observations with the same values of all labels. */
interface Series {
  labels: Record<string, string | number>
  /** number of observations up to each bound and above the previous one; the last has no bound */
  counts: number[]
  sum: number
}

type Level = Map<string | number, Level | Series>

/**
 * prom-client's own histogram builds a text of all labels for each observation, checks each label, and takes ten times as
 * long: as much as the routing of a cached read. The output for Prometheus is the same.
 */
export function createDurations(options: {
  /** adds it to prom-client's registry */
  register: (metric: RegisteredMetric) => void
  name: string
  help: string
  labels: readonly string[]
  /** seconds, ascending */
  bounds: readonly number[]
}): Durations {
  const { register, name, help, labels, bounds } = options
  const all: Series[] = []
  const root: Level = new Map()

  const seriesOf = (values: readonly (string | number)[]): Series => {
    let level = root
    for (let n = 0; n < labels.length - 1; n++) {
      const value = values[n]!
      let next = level.get(value) as Level | undefined
      if (!next) level.set(value, (next = new Map()))
      level = next
    }
    const last = values[labels.length - 1]!
    let series = level.get(last) as Series | undefined
    if (!series) {
      const named = Object.fromEntries(labels.map((label, n) => [label, values[n]!]))
      series = { labels: named, counts: Array(bounds.length + 1).fill(0) as number[], sum: 0 }
      level.set(last, series)
      all.push(series)
    }
    return series
  }

  const get = async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: all.flatMap(linesOf) })

  const linesOf = ({ labels: sharedLabels, counts, sum }: Series) => {
    let total = 0
    const buckets = counts.map((count, n) => {
      total += count
      return { labels: { le: bounds[n] ?? '+Inf' }, sharedLabels, value: total, metricName: `${name}_bucket` }
    })
    return [
      ...buckets,
      { labels: {}, sharedLabels, value: sum, metricName: `${name}_sum` },
      { labels: {}, sharedLabels, value: total, metricName: `${name}_count` },
    ]
  }

  register({ name, get, getForPromString: get })
  return {
    observe(seconds, ...values) {
      const series = seriesOf(values)
      let bucket = 0
      while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++
      series.counts[bucket]!++
      series.sum += seconds
    },
  }
}
