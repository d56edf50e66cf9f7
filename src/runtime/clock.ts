/** The current time, injected so that tests and replays control it. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
