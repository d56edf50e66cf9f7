/** The current time, injected so that tests and replays control it. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** Never set, so that what it measures within a process is a duration. Its times differ from those of the system. */
export const steadyClock: Clock = { now: () => new Date(performance.timeOrigin + performance.now()) }
