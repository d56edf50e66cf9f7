import { randomUUID } from 'node:crypto'
import { type HrTime, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace'
import type { Logger } from './logger.ts'
import type { FinishedSpan, SpanSink } from './spans.ts'
import { programVersion } from './version.ts'
import { within } from './within.ts'

export interface ExportOptions {
  /** of the collector, such as http://127.0.0.1:4318 */
  url: string
  /** `service.name` */
  service: string
  roles: readonly string[]
  log: Logger
}

/** Spans that wait for the collector; further ones are dropped. */
const MAX_WAITING = 4_096
const EVERY_MS = 1_000
const EXPORT_LIMIT_MS = 5_000
const STOP_LIMIT_MS = 1_500

/**
 * Sends spans to an OpenTelemetry collector in batches, as JSON over HTTP (OTLP 1, "OTLP/HTTP"). A collector that is away costs
 * the spans and one log line. The exporter reads headers and the like from OTEL_EXPORTER_OTLP_* itself.
 */
export function exportSpans({ url, service, roles, log }: ExportOptions): SpanSink {
  const resource = resourceFromAttributes({
    'service.name': service,
    'service.version': programVersion(),
    'service.instance.id': randomUUID(),
    'docmgr.roles': [...roles],
  })
  const exporter = new OTLPTraceExporter({
    url: `${url.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_LIMIT_MS,
  })
  const processor = new BatchSpanProcessor({
    exporter: loggingOnce(exporter, log),
    maxQueueSize: MAX_WAITING,
    scheduledDelayMillis: EVERY_MS,
    exportTimeoutMillis: EXPORT_LIMIT_MS,
  })
  const scope = { name: 'docmgr', version: programVersion() }
  return {
    record: (span) => processor.onEnd({ ...readable(span), resource, instrumentationScope: scope }),
    async stop() {
      await within(STOP_LIMIT_MS, processor.shutdown()).catch(() => {})
    },
  }
}

/** One line when the collector goes away, and one when it is back. */
function loggingOnce(exporter: SpanExporter, log: Logger): SpanExporter {
  let isAway = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined || result.code !== 0
        if (failed && !isAway)
          log.warn(
            { err: result.error },
            'the collector of traces (tracing.url) does not take them: spans are lost',
          )
        if (!failed && isAway) log.info('the collector of traces takes them again')
        isAway = failed
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
}

function readable(span: FinishedSpan): Omit<ReadableSpan, 'resource' | 'instrumentationScope'> {
  const { name, kind, attributes, traceparent, parent, begun, duration, error } = span
  const start = Date.now() - (performance.now() - begun)
  const context = contextOf(traceparent)
  return {
    name,
    kind: KINDS[kind],
    spanContext: () => context,
    ...(parent !== undefined && { parentSpanContext: contextOf(parent) }),
    startTime: timeOf(start),
    endTime: timeOf(start + duration),
    duration: timeOf(duration),
    ended: true,
    status: { code: error === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: { ...attributes, ...(error !== undefined && { 'error.type': error }) },
    links: [],
    events: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

/** @param traceparent 00-TRACE-SPAN-FLAGS */
function contextOf(traceparent: string): SpanContext {
  const [, traceId = '', spanId = ''] = traceparent.split('-')
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED }
}

/** Seconds and nanoseconds. */
function timeOf(millis: number): HrTime {
  const seconds = Math.floor(millis / 1_000)
  return [seconds, Math.round((millis - seconds * 1_000) * 1_000_000)]
}
