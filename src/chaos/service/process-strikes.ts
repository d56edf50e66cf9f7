import { pause, succeed } from '../wait.ts'
import type { Strike } from './service.ts'
import { ROLES, SERVERS, type StackProcesses } from './stack-processes.ts'
import { turns } from './turns.ts'

/** How long a command may be refused, because another strike has just ended the process. */
const COMMAND_MS = 60_000

/** Kills, pauses and restarts roles and servers in turn. */
export function processStrikes(processes: StackProcesses): Record<string, Strike> {
  const strikes: Record<string, Strike> = {}
  for (const [kind, names] of Object.entries({ role: [...ROLES, 'gateway'], server: SERVERS })) {
    const next = turns(names)
    const struck = (strike: (name: string, ms: number) => Promise<unknown>, most: number): Strike => {
      return async (random) => {
        await strike(next(random.whole(0, 2 ** 31)), random.whole(0, most))
      }
    }
    /** @throws Error when it is refused for too long: then the strike did not happen */
    const toRunning = (command: 'kill' | 'pause', name: string): Promise<void> =>
      succeed(COMMAND_MS, 200, async () => {
        if (!processes.isRunning(name)) await processes.up(name)
        await processes.stack(command, name)
      })
    strikes[`kill-${kind}`] = struck(async (name, ms) => {
      await toRunning('kill', name)
      await pause(ms)
      await processes.up(name)
    }, 3_000)
    strikes[`pause-${kind}`] = struck(async (name, ms) => {
      await toRunning('pause', name)
      await pause(1_000 + ms)
      // Another strike may have killed it meanwhile.
      await succeed(COMMAND_MS, 200, async () => {
        if (processes.isRunning(name)) await processes.stack('resume', name)
      })
    }, 7_000)
    strikes[`restart-${kind}`] = struck(async (name) => {
      await processes.stack('down', name)
      await processes.up(name)
    }, 0)
  }
  return strikes
}
