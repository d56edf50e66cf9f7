import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A file system of its own that can be filled. */
export interface SmallDisk {
  folder: string
  /** Writes until nothing is left. */
  fill(): void
  empty(): void
  remove(): void
}

const BLOCK = Buffer.alloc(1024 * 1024)
const SMALL_BLOCK = Buffer.alloc(4096)

/** A tmpfs of so many megabytes; a string says why there is none. Only root may mount one. */
export function openSmallDisk(folder: string, megabytes: number): SmallDisk | string {
  mkdirSync(folder, { recursive: true })
  const options = `size=${megabytes}m,mode=755`
  const { status, stderr, error } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', options, 'docmgr-chaos', folder],
    {
      encoding: 'utf8',
    },
  )
  if (status !== 0) return `a small disk cannot be mounted here: ${error?.message ?? stderr.trim()}`
  const filler = join(folder, 'filler')
  return {
    folder,
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
    remove: () => void spawnSync('umount', ['-l', folder]),
  }
}
