import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The clock of the processes that are started with `env`. */
export interface Clock {
  env: Record<string, string>
  /** Lets their clock differ from that of the machine. Time that is measured, rather than read, is not affected. */
  set(offsetSeconds: number): void
}

/**
 * Debian's libfaketime: the offset is in a file that every call reads, so that the clock of a process jumps while it runs.
 * undefined where it is not installed
 */
export function openClock(folder: string, name = 'docmgr'): Clock | undefined {
  const library = findLibrary()
  if (library === undefined) return undefined
  const file = join(folder, `clock-${name}`)
  const set = (offset: number): void => {
    // As a rename, because a process could read half of it.
    writeFileSync(`${file}.new`, `${offset < 0 ? '' : '+'}${offset}\n`, { mode: 0o644 })
    renameSync(`${file}.new`, file)
  }
  set(0)
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    // Times of files stay those of the kernel.
    NO_FAKE_STAT: '1',
    FAKETIME_XRESET: '1',
  }
  return { env, set }
}

function findLibrary(): string | undefined {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib') : []
  return folders
    .map((folder) => join('/usr/lib', folder, 'faketime/libfaketime.so.1'))
    .find((path) => existsSync(path))
}
