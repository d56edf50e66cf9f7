import type { Random } from '../random.ts'

/** Makes trouble of one kind, holds it for a while and heals it. */
export type Strike = (random: Random) => Promise<void>

/** docmgr under test, with all that can be done to it. */
export interface Service {
  /** of every REST route and of the WebSockets */
  url: string
  strikes: Record<string, Strike>
  /** Kinds that cannot be had on this machine, with the reason. */
  impossible: Record<string, string>
  /** whether every part says that it is ready */
  isReady(): Promise<boolean>
  /** the end of the logs, to explain a failure */
  log(): string
  stop(): Promise<void>
}
