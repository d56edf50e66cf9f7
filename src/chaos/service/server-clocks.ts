import { type Clock, openClock } from './clock.ts'
import { ROLES } from './stack-processes.ts'

/**
 * The servers whose clock can jump. With libfaketime `Object.wait` of a JVM returns at once, which is another fault than a
 * jump; Redis hangs when it starts, because its allocator asks for the time too; MinIO is linked statically, so nothing can
 * be preloaded.
 */
const CLOCKED = ['postgres', 'pgbouncer']

export interface StackClocks {
  /** of all roles */
  roles: Clock
  servers: Clock[]
  /** what a role or server is started with */
  envOf(name: string): Record<string, string>
}

/** undefined where libfaketime is not installed */
export function openStackClocks(data: string): StackClocks | undefined {
  const clocks = new Map<string, Clock>()
  for (const name of ['roles', ...CLOCKED]) {
    const clock = openClock(data, name)
    if (!clock) return undefined
    clocks.set(name, clock)
  }
  const isRole = (name: string): boolean => (ROLES as readonly string[]).includes(name)
  return {
    roles: clocks.get('roles')!,
    servers: CLOCKED.map((name) => clocks.get(name)!),
    envOf: (name) => clocks.get(isRole(name) ? 'roles' : name)?.env ?? {},
  }
}
