/** Limits of the ws role. Times are milliseconds, sizes bytes. */
export interface WsLimits {
  /** open connections, over WebSocket and as event streams, including those that are being refused with 1008 */
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
  /** events of all documents that the resume of a feed can replay; with more it becomes a reset */
  feedReplayEvents: number
  /** events that may arrive during a resume; with more it becomes a reset */
  replayBuffer: number
  /** number of concurrent replays; further ones wait */
  concurrentReplays: number
  /** the same of feeds over many documents, whose replays are larger */
  concurrentFeedReplays: number
  /** time of a replay, including the wait */
  replayMs: number
  /** interval of heartbeats; a WebSocket whose client does not answer before the next one is terminated */
  pingMs: number
  /** interval at which heartbeats and the expiry of tokens are checked */
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
  feedReplayEvents: 3_000,
  replayBuffer: 1_000,
  concurrentReplays: 16,
  concurrentFeedReplays: 4,
  replayMs: 15_000,
  pingMs: 30_000,
  checkMs: 1_000,
  closeMs: 5_000,
  stopMs: 2_000,
}
