/** What Linux says about processes (proc(5)); undefined on other systems, and of processes that are gone. */
import { readdir, readFile } from 'node:fs/promises'

export interface ProcessStat {
  pid: number
  name: string
  parent: number
  /** seconds of user and system time, of the process and of those of its children that have ended */
  cpu: number
}

/** Clock ticks in a second, in /proc: always 100 on the architectures that docmgr runs on. */
const TICKS = 100

export async function readStat(pid: number): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  // The name, in parentheses, may itself hold spaces and parentheses.
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')]
  const fields = text.slice(close + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { pid, name: text.slice(open + 1, close), parent: Number(fields[1]), cpu: ticks / TICKS }
}

/** The process and everything below it. */
export async function readTree(root: number): Promise<ProcessStat[]> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number)
  const all = (await Promise.all(pids.map(readStat))).filter((stat) => stat !== undefined)
  const below = (pid: number): ProcessStat[] =>
    all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)])
  return [...all.filter(({ pid }) => pid === root), ...below(root)]
}

/** Resident memory in bytes. */
export async function readMemory(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}
