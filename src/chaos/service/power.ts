import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { succeed } from '../wait.ts'
import { signalAll } from './processes.ts'
import { fillable, openSmallDisk, type SmallDisk } from './small-disk.ts'

/** A disk that can lose its power: what was not flushed is then lost. */
export interface PoweredDisk extends SmallDisk {
  /** From now on nothing is read or written, and what is only in memory never will be. */
  cutPower(): void
  /** Ends the processes that still use the disk, and mounts what is on it. @throws Error when that does not succeed */
  restorePower(): Promise<void>
}

/** Less than the tmpfs has. */
const IMAGE_MB = 1_400
/** Seconds until ext4 writes its journal of its own accord: more than the 5 by default lose more. */
const COMMIT_S = 60
const RESTORE_MS = 30_000

/**
 * An ext4 in a file on a tmpfs, whose power is cut by the kernel: the ioctl EXT4_IOC_SHUTDOWN without a flush of its journal,
 * which `xfs_io` of xfsprogs calls. A string says why there is none. Only root may mount one.
 */
export function openPoweredDisk(folder: string): PoweredDisk | string {
  const memory = openSmallDisk(join(folder, 'memory'))
  if (typeof memory === 'string') return memory
  const image = join(memory.folder, 'image')
  const mounted = join(folder, 'mounted')
  mkdirSync(mounted)
  const mount = (): string | undefined =>
    run('mount', '-o', `loop,discard,commit=${COMMIT_S}`, image, mounted)
  const shutDown = (): string | undefined => run('xfs_io', '-x', '-c', 'shutdown', mounted)
  const failure =
    run('truncate', '-s', `${IMAGE_MB}M`, image) ??
    run('mkfs.ext4', '-q', '-F', '-m', '0', image) ??
    mount() ??
    // Whether this kernel can.
    shutDown() ??
    run('umount', mounted) ??
    mount()
  if (failure !== undefined) {
    run('umount', mounted)
    memory.remove()
    return failure
  }
  let hasPower = true
  const filler = fillable(mounted)
  return {
    folder: mounted,
    fill() {
      if (hasPower) filler.fill()
    },
    empty() {
      if (hasPower) filler.empty()
    },
    cutPower() {
      const problem = shutDown()
      if (problem !== undefined) throw new Error(problem)
      hasPower = false
    },
    async restorePower() {
      await succeed(RESTORE_MS, 50, async () => {
        signalAll(usersOf(mounted), 'SIGKILL')
        const problem = run('umount', mounted)
        if (problem !== undefined) throw new Error(problem)
      })
      const problem = mount()
      if (problem !== undefined) throw new Error(problem)
      hasPower = true
      // A strike that fills the disk may have ended meanwhile; one that has not fills it again.
      filler.empty()
    },
    remove() {
      run('umount', mounted)
      memory.remove()
    },
  }
}

/** @returns what went wrong */
function run(command: string, ...words: string[]): string | undefined {
  const { status, stderr, error } = spawnSync(command, words, { encoding: 'utf8' })
  return status === 0 ? undefined : `${command}: ${error?.message ?? stderr.trim()}`
}

/** The processes that work in this folder or have a file below it open. */
function usersOf(folder: string): number[] {
  const isBelow = (link: string): boolean => {
    try {
      return `${readlinkSync(link)}/`.startsWith(`${folder}/`)
    } catch {
      return false
    }
  }
  const uses = (pid: string): boolean => {
    try {
      const files = readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`)
      return [`/proc/${pid}/cwd`, ...files].some(isBelow)
    } catch {
      return false
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && uses(name))
    .map(Number)
}
