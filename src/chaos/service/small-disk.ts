import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pause } from '../wait.ts'
import type { Strike } from './service.ts'

/** A file system of its own that can be filled. */
export interface SmallDisk {
  folder: string
  /** Writes until nothing is left. */
  fill(): void
  empty(): void
  remove(): void
}

/** PostgreSQL keeps up to 1 GB of log by default; a full disk is reached by the filler, not by docmgr. */
const DISK_MB = 1_536
const BLOCK = Buffer.alloc(1024 * 1024)
const SMALL_BLOCK = Buffer.alloc(4096)

/** A tmpfs; a string says why there is none. Only root may mount one. */
export function openSmallDisk(folder: string): SmallDisk | string {
  mkdirSync(folder, { recursive: true })
  const options = `size=${DISK_MB}m,mode=755`
  const { status, stderr, error } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', options, 'docmgr-chaos', folder],
    {
      encoding: 'utf8',
    },
  )
  if (status !== 0) return `a small disk cannot be mounted here: ${error?.message ?? stderr.trim()}`
  return { folder, ...fillable(folder), remove: () => void spawnSync('umount', ['-l', folder]) }
}

/** Fills the file system of this folder. */
export function fillable(folder: string): Pick<SmallDisk, 'fill' | 'empty'> {
  const filler = join(folder, 'filler')
  return {
    fill() {
      const file = openSync(filler, 'a')
      for (const block of [BLOCK, SMALL_BLOCK]) {
        try {
          for (;;) if (writeSync(file, block) < block.length) break
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        }
      }
      closeSync(file)
    },
    empty: () => rmSync(filler, { force: true }),
  }
}

/** Leaves no room for some seconds. @param next the disk whose turn it is */
export const fullDisk =
  (next: (seed: number) => SmallDisk): Strike =>
  async (random) => {
    const disk = next(random.whole(0, 2 ** 31))
    const end = performance.now() + random.whole(3_000, 8_000)
    // What its users free meanwhile is taken too.
    while (performance.now() < end) {
      disk.fill()
      await pause(200)
    }
    disk.empty()
  }
