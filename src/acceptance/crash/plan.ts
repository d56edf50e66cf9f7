import type { Random } from '../../runtime/seeded-random.ts'

/** Whom a round ends for, and how; all but `stop` is SIGKILL. */
export type Victim = 'node' | 'postgres' | 'both' | 'stop'
/** A process of PostgreSQL whose death PostgreSQL itself recovers from, while the service goes on. */
export type Casualty = 'client backend' | 'walsender'

/** What happens in one round. Times are milliseconds. */
export interface Plan {
  /** a start before the one that counts is killed after this time */
  interruptStart?: number
  /** the round begins with the checks that need the feed to have caught up; else at once with writing */
  settle: boolean
  /** killed after this time of writing, before the victim */
  casualty?: { kind: Casualty; after: number }
  /** the writing goes on for this long */
  writing: number
  victim: Victim
}

const VICTIMS: readonly Victim[] = [
  ...Array<Victim>(8).fill('node'),
  ...Array<Victim>(6).fill('postgres'),
  ...Array<Victim>(4).fill('both'),
  ...Array<Victim>(2).fill('stop'),
]
const START_MS = 1_500
const WRITING_MS = 1_500
const CASUALTY_MS = 600

export function planRound(random: Random): Plan {
  const casualty = {
    kind: random.pick(['client backend', 'walsender'] as const),
    after: random.whole(0, CASUALTY_MS),
  }
  return {
    ...(random.next() < 0.15 && { interruptStart: random.whole(0, START_MS) }),
    settle: random.next() < 0.6,
    ...(random.next() < 0.15 && { casualty }),
    // Short times more often than long ones: much of what can go wrong is in the beginnings.
    writing: Math.round(WRITING_MS * random.next() ** 1.5),
    victim: random.pick(VICTIMS),
  }
}

export function describePlan({ interruptStart, settle, casualty, writing, victim }: Plan): string {
  return [
    interruptStart !== undefined && `start killed after ${interruptStart} ms`,
    settle && 'settled',
    casualty && `${casualty.kind} killed after ${casualty.after} ms`,
    `${writing} ms of writing`,
    victim === 'stop' ? 'stopped' : `${victim} killed`,
  ]
    .filter(Boolean)
    .join(', ')
}
