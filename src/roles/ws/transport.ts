/** A message as it leaves. */
export interface Frame {
  /** the message as JSON */
  json: Buffer
  /** where a client that has received it can resume */
  position?: string | undefined
  /** type of a message about the subscription itself, such as `reset`; undefined for one about a document */
  control?: string
}

/** Close codes of RFC 6455, 7.4.1, and of its registry at IANA. */
export const CLOSE = { goingAway: 1001, policyViolation: 1008, tryAgainLater: 1013 } as const
export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE]

/** How messages reach a client: a WebSocket, or an event stream over HTTP. */
export interface Transport {
  readonly isOpen: boolean
  /** bytes that wait for the client to take them */
  readonly queuedBytes: number
  write(frame: Frame): void
  /** Until `uncork`, everything written is held back to leave in one piece. */
  cork(): void
  uncork(): void
  /** Calls `done` once, when the client has taken what waited, or is gone. */
  onceDrained(done: () => void): void
  /** Ends the connection after what was written. @param last where the client can resume, for one that was too slow */
  close(code: CloseCode, reason: string, last?: string): void
  /** Ends it at once. */
  terminate(): void
  /**
   * Shows that the connection is alive.
   * @param position where the client can resume now
   * @returns false when the client has not answered the last one
   */
  heartbeat(position: string | undefined): boolean
  /** Calls `done` once, when the connection has ended, with its close code. */
  onceClosed(done: (code: number) => void): void
}
