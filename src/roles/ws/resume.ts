import type { Replay } from '../../ports/changes/port.ts'
import { type EncodedEvent, encodeEvent } from './encode-event.ts'

/** A subscriber that reads earlier events before it is live. */
export interface Resuming {
  /** the events after its resume point */
  replay(): Promise<Replay>
  /** false after a reset, and when the connection is closed */
  isCatchingUp(): boolean
  waitForCapacity(): Promise<void>
  send(event: EncodedEvent): void
  /** Takes the oldest of the events that have arrived since the resume began. */
  nextArrived(): EncodedEvent | undefined
  /** All events have been sent. */
  goLive(): void
  reset(reason: string): void
}

/**
 * Sends what a client missed, and then what arrived meanwhile, as fast as the client takes it, so that this alone does not
 * make it a slow one.
 * @throws when earlier events cannot be read
 */
export async function resume(subscriber: Resuming): Promise<void> {
  const replay = await subscriber.replay()
  if (!subscriber.isCatchingUp()) return
  if (replay.kind === 'reset') return subscriber.reset(replay.reason)
  for (const event of replay.events) {
    await subscriber.waitForCapacity()
    if (!subscriber.isCatchingUp()) return
    subscriber.send(encodeEvent(event))
  }
  for (;;) {
    await subscriber.waitForCapacity()
    const next = subscriber.nextArrived()
    // Without a wait in between, or an event that arrives then would be lost.
    if (!next || !subscriber.isCatchingUp()) return subscriber.goLive()
    subscriber.send(next)
  }
}
