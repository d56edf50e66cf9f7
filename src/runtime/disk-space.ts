import { statfs } from 'node:fs/promises'
import { DomainError } from '../domain/errors.ts'

/** With less free space changes are refused, so that what is under way, and PostgreSQL's log, can still be written. */
const RESERVED_BYTES = 64 * 1024 * 1024
/** With less free space an operator is warned. */
export const LOW_BYTES = 1_000_000_000

/** How long a result counts: under load the file system is not asked for each change. */
const FRESH_MS = 1_000

/** Of the file system of one folder. */
export interface DiskSpace {
  /** @throws DomainError unavailable when less than the reserve is free */
  requireSpace(): Promise<void>
  /** a sentence for the operator when little is free */
  warning(): Promise<string | undefined>
}

/** @param folder an existing folder */
export function watchDiskSpace(folder: string): DiskSpace {
  let asked: { at: number; free: Promise<number> } | undefined

  /** in bytes, for this user */
  const free = (): Promise<number> => {
    const now = performance.now()
    if (!asked || now - asked.at > FRESH_MS)
      asked = { at: now, free: statfs(folder).then(({ bavail, bsize }) => bavail * bsize) }
    return asked.free
  }

  return {
    async requireSpace() {
      const bytes = await free()
      if (bytes >= RESERVED_BYTES) return
      throw new DomainError('unavailable', diskFull('the disk'))
    },
    async warning() {
      const bytes = await free()
      if (bytes >= LOW_BYTES) return undefined
      const reserve = mebibytes(RESERVED_BYTES)
      return `only ${mebibytes(bytes)} MiB of the disk are free: changes are refused below ${reserve} MiB`
    },
  }
}

/** The message for a client. */
export const diskFull = (disk: string): string => `${disk} is full; try again when space has been freed`

const mebibytes = (bytes: number): number => Math.floor(bytes / 1024 / 1024)
