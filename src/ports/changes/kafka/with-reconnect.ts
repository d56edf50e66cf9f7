import { backoffMs, pause } from '../../../runtime/backoff.ts'

export interface ReconnectOptions<Connection extends { close(): Promise<void> }> {
  /** Makes a connection for each attempt. */
  connect: () => Connection
  /** ends it; the work must react to it too */
  signal: AbortSignal
  /** Calls `onWorking` when it succeeds so far. When it ends by itself it starts again. */
  work: (connection: Connection, onWorking: () => void) => Promise<void>
  /** @param failures in a row, at least 1 */
  onFailure: (error: Error, failures: number) => void
}

const BACKOFF = { firstMs: 100, limitMs: 5_000 }

/** Repeats the work until the signal aborts, after failures with exponential backoff and a new connection. */
export async function withReconnect<Connection extends { close(): Promise<void> }>(
  options: ReconnectOptions<Connection>,
): Promise<void> {
  const { connect, signal, work, onFailure } = options
  let failures = 0
  while (!signal.aborted) {
    const connection = connect()
    try {
      await work(connection, () => (failures = 0))
    } catch (error) {
      if (signal.aborted) return
      onFailure(error as Error, ++failures)
      await pause(backoffMs(failures, BACKOFF), signal)
    } finally {
      await connection.close()
    }
  }
}
