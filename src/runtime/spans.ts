/**
 * Spans of what this process does, for OpenTelemetry. Names and attributes follow its semantic conventions; none has a value
 * that a person gave: no path, query, header, address or text. Without a sink nothing is measured.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { childTraceparent, isSampled, sampleNewTraces, traceIdOf } from './trace.ts'

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'
export type SpanAttributes = Record<string, string | number>

export interface FinishedSpan {
  name: string
  kind: SpanKind
  /** W3C Trace Context with the span's own id */
  traceparent: string
  /** of the span above it; undefined, or of another trace, when there is none */
  parent: string | undefined
  /** performance.now() */
  begun: number
  /** milliseconds */
  duration: number
  attributes: SpanAttributes
  /** the kind of failure */
  error?: string | undefined
}

/** Gets every span that has ended; must not block. */
export interface SpanSink {
  record(span: FinishedSpan): void
  stop(): Promise<void>
}

let sink: SpanSink | undefined
/** the traceparent of the work that runs */
const current = new AsyncLocalStorage<string>()

/**
 * From now on the spans of this process go to `to`.
 * @param ratio of the traces that begin here, from 0 to 1; of others the caller decides
 * @returns the way back
 */
export function recordSpansTo(to: SpanSink, ratio: number): () => Promise<void> {
  sink = to
  sampleNewTraces(ratio)
  return () => {
    sink = undefined
    sampleNewTraces(1)
    return to.stop()
  }
}

/** Whether spans of this trace are wanted. */
const isTraced = (traceparent: string): boolean => sink !== undefined && isSampled(traceparent)

/** Whether spans are wanted at all. */
export const isRecording = (): boolean => sink !== undefined

/** Work whose spans belong below `of`, whose trace is read only when there is a sink. */
export function withinTrace<T>(of: { traceparent: string }, work: () => T): T {
  return sink && isTraced(of.traceparent) ? current.run(of.traceparent, work) : work()
}

export function recordSpan(span: Omit<FinishedSpan, 'duration'>): void {
  const { traceparent, parent } = span
  if (!isTraced(traceparent)) return
  const isBelow = parent !== undefined && traceIdOf(parent) === traceIdOf(traceparent)
  sink!.record({ ...span, parent: isBelow ? parent : undefined, duration: performance.now() - span.begun })
}

/** A span below `parent`, with an id of its own; none where there is no parent, or its trace is not wanted. */
export function recordSpanBelow(
  parent: string | undefined,
  span: Omit<FinishedSpan, 'duration' | 'parent' | 'traceparent'>,
): void {
  if (parent === undefined || !isTraced(parent)) return
  recordSpan({ ...span, parent, traceparent: childTraceparent(parent) })
}

/** A span around work, below `parent` or the work that runs; none where there is no trace. */
export interface Spanned {
  name: string
  kind: SpanKind
  parent?: string | null | undefined
  attributes: SpanAttributes
}

/** @param work gets the traceparent for calls to other processes: that of the span, or of `parent` without one */
export function spanned<T>(about: Spanned, work: (traceparent: string) => Promise<T>): Promise<T> {
  const parent = about.parent ?? (sink && current.getStore())
  if (parent === undefined || !isTraced(parent)) return work(parent ?? '')
  const traceparent = childTraceparent(parent)
  const begun = performance.now()
  const end = (error?: string): void => recordSpan({ ...about, traceparent, parent, begun, error })
  return current
    .run(traceparent, () => work(traceparent))
    .then(
      (result) => {
        end()
        return result
      },
      (error: unknown) => {
        end(kindOf(error))
        throw error
      },
    )
}

/** The code of an error or its class, never its message. */
function kindOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  const kind = code ?? name
  return typeof kind === 'string' && /^[\w-]{1,60}$/.test(kind) ? kind : 'Error'
}
