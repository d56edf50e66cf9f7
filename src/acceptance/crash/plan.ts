import type { Random } from '../../testing/random.ts'

/** What ends a round: SIGKILL to these processes, or SIGTERM to docmgr for `stop`. */
export type KillTarget = 'node' | 'postgres' | 'both' | 'stop'
/** A process of PostgreSQL. PostgreSQL recovers from its death, and the service continues. */
export type BackendKill = 'client backend' | 'walsender'

/** What happens in one round. Times are milliseconds. */
export interface Plan {
  /** an extra start is killed after this time, before the one that counts */
  interruptStart?: number
  /** the round begins with the checks that wait for the feed; otherwise it begins with writing */
  settle: boolean
  /** after this time of writing, while the target still runs */
  backendKill?: { kind: BackendKill; after: number }
  /** the time of writing */
  writing: number
  target: KillTarget
}

const KILL_TARGETS: readonly KillTarget[] = [
  ...Array<KillTarget>(8).fill('node'),
  ...Array<KillTarget>(6).fill('postgres'),
  ...Array<KillTarget>(4).fill('both'),
  ...Array<KillTarget>(2).fill('stop'),
]
const START_MS = 1_500
const WRITING_MS = 1_500
const BACKEND_KILL_MS = 600

export function planRound(random: Random): Plan {
  const backendKill = {
    kind: random.pick(['client backend', 'walsender'] as const),
    after: random.whole(0, BACKEND_KILL_MS),
  }
  return {
    ...(random.next() < 0.15 && { interruptStart: random.whole(0, START_MS) }),
    settle: random.next() < 0.6,
    ...(random.next() < 0.15 && { backendKill }),
    // Short times more often than long ones: most faults are in the first moments after a start.
    writing: Math.round(WRITING_MS * random.next() ** 1.5),
    target: random.pick(KILL_TARGETS),
  }
}

export function describePlan({ interruptStart, settle, backendKill, writing, target }: Plan): string {
  return [
    interruptStart !== undefined && `start killed after ${interruptStart} ms`,
    settle && 'settled',
    backendKill && `${backendKill.kind} killed after ${backendKill.after} ms`,
    `${writing} ms of writing`,
    target === 'stop' ? 'stopped' : `${target} killed`,
  ]
    .filter(Boolean)
    .join(', ')
}
