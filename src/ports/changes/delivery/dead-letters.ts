import type { ChangeEvent } from '../../../domain/change.ts'

/** Events that a consumer could not process, kept for the operator. */
export interface DeadLetters {
  /** Durable when it resolves; stored once for each consumer and position. */
  add(consumer: string, event: ChangeEvent, error: unknown): Promise<void>
  count(): Promise<number>
}

/** An error's stack, bounded. PostgreSQL's text cannot hold the character 0. */
export function describeFailure(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return text.replaceAll('\0', '').slice(0, 10_000)
}
