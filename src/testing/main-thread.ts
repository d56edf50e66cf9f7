import { existsSync, readFileSync } from 'node:fs'

/**
 * Milliseconds that the main thread of a process has run, to 10 ms, where the system says so (proc_pid_stat(5)); elsewhere
 * the time that has passed. Other programs of a busy machine do not add to the former.
 */
export function mainThreadMs(pid: number): number {
  const path = `/proc/${pid}/task/${pid}/stat`
  if (!existsSync(path)) return performance.now()
  const [, fields] = readFileSync(path, 'utf8').split(') ')
  const [user, system] = fields!.split(' ').slice(11, 13).map(Number)
  return 10 * (user! + system!)
}
