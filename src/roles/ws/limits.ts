/** Limits of the ws role. Times are milliseconds, sizes bytes. */
export interface WsLimits {
  /** open connections, including those that are being refused with 1008 */
  connections: number
  connectionsPerDocument: number
  /** size of a message of a client */
  messageBytes: number
  /** messages and pings of a client at once */
  messageBurst: number
  /** messages and pings of a client on average */
  messagesPerSecond: number
  /** size of a client's send queue; a client that exceeds it is slow and is closed */
  queuedBytes: number
  /** events that a resume can replay; with more it becomes a reset */
  replayEvents: number
  /** events that may arrive during a resume; with more it becomes a reset */
  replayBuffer: number
  /** number of concurrent replays; further ones wait */
  concurrentReplays: number
  /** time of a replay, including the wait */
  replayMs: number
  /** interval of pings to a client; one that does not answer before the next ping is terminated */
  pingMs: number
  /** interval at which pings and the expiry of tokens are checked */
  checkMs: number
  /** time for a client to answer a close */
  closeMs: number
  /** time for all clients to answer the close when the role stops */
  stopMs: number
}

export const DEFAULT_WS_LIMITS: WsLimits = {
  connections: 10_000,
  connectionsPerDocument: 5_000,
  messageBytes: 4 * 1024,
  messageBurst: 50,
  messagesPerSecond: 10,
  queuedBytes: 1024 * 1024,
  replayEvents: 1_000,
  replayBuffer: 1_000,
  concurrentReplays: 16,
  replayMs: 15_000,
  pingMs: 30_000,
  checkMs: 1_000,
  closeMs: 5_000,
  stopMs: 2_000,
}
