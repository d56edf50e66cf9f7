import type { Stats } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface FoundFile {
  path: string
  /** path relative to the imported folder, with `/` */
  name: string
  /** bytes */
  size: number
}

export interface FoundFiles {
  files: FoundFile[]
  /** files that cannot be imported, and why */
  problems: { name: string; reason: string }[]
  /** number of files and folders that were skipped because their name starts with a dot */
  hidden: number
}

/**
 * The files below `folder`, sorted. Symbolic links are followed, but each folder is visited once, also in a loop of links.
 * @throws Error when `folder` itself cannot be read
 */
export async function findFiles(
  folder: string,
  options: { hidden: boolean; signal: AbortSignal },
): Promise<FoundFiles> {
  const found: FoundFiles = { files: [], problems: [], hidden: 0 }
  const visited = new Set<string>()

  const visit = async (path: string, prefix: string): Promise<void> => {
    options.signal.throwIfAborted()
    const real = await realpath(path)
    if (visited.has(real)) return
    visited.add(real)
    const names = (await readdir(path)).sort()
    for (const entry of names) {
      if (entry.startsWith('.') && !options.hidden) found.hidden++
      else await take(join(path, entry), `${prefix}${entry}`)
    }
  }

  const take = async (path: string, name: string): Promise<void> => {
    try {
      const stats = await stat(path)
      if (stats.isFile()) found.files.push({ path, name, size: stats.size })
      else if (stats.isDirectory()) await visit(path, `${name}/`)
      else found.problems.push({ name, reason: `is ${kindOf(stats)}` })
    } catch (error) {
      options.signal.throwIfAborted()
      found.problems.push({ name, reason: reasonOf(error as Error) })
    }
  }

  const stats = await stat(folder)
  if (!stats.isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
  await visit(folder, '')
  return found
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a named pipe'
  if (stats.isSocket()) return 'a socket'
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : 'not a file'
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it does not exist, or it is a broken link',
  ELOOP: 'it is a loop of links',
  ENOTDIR: 'it is not a folder',
  EIO: 'the disk cannot be read',
  ENAMETOOLONG: 'its path is too long',
}

/** Why something could not be read, for people. */
export function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  return (code !== undefined && REASONS[code]) || error.message
}
