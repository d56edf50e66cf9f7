/** How long things took, as a histogram in seconds: counts by the values of its labels. */
export interface Durations {
  /** @param values of the labels, in their order */
  observe(seconds: number, ...values: (string | number)[]): void
}

/** What prom-client's registry asks of a metric. */
export interface RegisteredMetric {
  name: string
  get(): Promise<object>
  getForPromString(): Promise<object>
}

/** What has the same values of all labels. */
interface Series {
  labels: Record<string, string | number>
  /** how many took up to each bound and longer than the one before; the last has no bound */
  counts: number[]
  sum: number
}

type Level = Map<string | number, Level | Series>

/**
 * prom-client's own histogram makes a text of all labels for each observation, checks each label, and takes ten times
 * as long: for a cached read as much as finding its route. What is shown to Prometheus is the same.
 */
export function createDurations(options: {
  /** gives it to prom-client's registry */
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
