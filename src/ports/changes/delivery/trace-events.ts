import { type ChangeEvent, traceparentOf } from '../../../domain/change.ts'
import { isRecording, recordSpanBelow } from '../../../runtime/spans.ts'

/** Records a span for each event of a batch that a consumer has handled, in the trace of the request that made the change. */
export async function traceEvents(
  consumer: string,
  events: readonly ChangeEvent[],
  handle: () => Promise<void>,
): Promise<void> {
  const begun = performance.now()
  await handle()
  if (!isRecording()) return
  for (const event of events)
    recordSpanBelow(traceparentOf(event), {
      name: `process ${event.topic}`,
      kind: 'consumer',
      begun,
      attributes: {
        'messaging.system': 'docmgr',
        'messaging.operation.type': 'process',
        'messaging.destination.name': event.topic,
        'messaging.consumer.group.name': consumer,
        'messaging.batch.message_count': events.length,
      },
    })
}
