/** What bounds the ws role. Times are milliseconds, sizes bytes. */
export interface WsLimits {
  /** open connections, those being refused with 1008 included */
  connections: number
  connectionsPerDocument: number
  /** of one client address */
  connectionsPerAddress: number
  /** one message of a client */
  messageBytes: number
  /** messages and pings of a client: so many at once, */
  messageBurst: number
  /** and so many a second on the long run */
  messagesPerSecond: number
  /** waiting to be sent to one client before it counts as slow and is closed */
  queuedBytes: number
  /** events that a resume may be behind, before it becomes a reset */
  replayEvents: number
  /** events that may arrive while a resume is going on, before it becomes a reset */
  replayBuffer: number
  /** resumes that read from the feed at the same time; the others wait */
  replaysAtOnce: number
  /** a resume's time for reading from the feed, waiting included */
  replayMs: number
  /** between pings to a client; one that answered nothing until the next ping is dropped */
  pingMs: number
  /** how often pings and the expiry of tokens are looked at */
  sweepMs: number
  /** for a client to answer a close */
  closeMs: number
  /** for all clients to answer the close when the role stops */
  stopMs: number
}

export const DEFAULT_WS_LIMITS: WsLimits = {
  connections: 10_000,
  connectionsPerDocument: 5_000,
  connectionsPerAddress: 5_000,
  messageBytes: 4 * 1024,
  messageBurst: 50,
  messagesPerSecond: 10,
  queuedBytes: 1024 * 1024,
  replayEvents: 1_000,
  replayBuffer: 1_000,
  replaysAtOnce: 16,
  replayMs: 15_000,
  pingMs: 30_000,
  sweepMs: 1_000,
  closeMs: 5_000,
  stopMs: 2_000,
}
