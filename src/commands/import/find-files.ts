import type { Stats } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { readableNames } from './readable-names.ts'

export interface FoundFile {
  /** as the file system has it: names need not be UTF-8 */
  path: Buffer
  /** path relative to the imported folder, with `/` */
  name: string
  /** that a part of its name is in which is not UTF-8 */
  nameEncoding?: string
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

const SLASH = Buffer.from('/')
const DOT = 0x2e
const join = (folder: Buffer, entry: Buffer): Buffer => Buffer.concat([folder, SLASH, entry])
const realPathOf = (path: Buffer): Promise<Buffer> => realpath(path, 'buffer')

interface Options {
  hidden: boolean
  /** of names that are not UTF-8; by default it is detected */
  nameEncoding?: string | undefined
  signal: AbortSignal
}

/** With names as the file system has them. */
interface RawFiles extends Pick<FoundFiles, 'hidden'> {
  files: { path: Buffer; name: Buffer; size: number }[]
  problems: { name: Buffer; reason: string }[]
}

/**
 * A file alone, or the files below a folder, sorted. A symbolic link in the folder is followed to what is in the folder too, and
 * never out of it; what is imported under its own name is not imported again under that of a link.
 * @throws Error when the path itself cannot be read, or is neither file nor folder
 */
export async function findFiles(path: string, options: Options): Promise<FoundFiles> {
  const found: RawFiles = { files: [], problems: [], hidden: 0 }
  // A link that is named is meant.
  const root = await realPathOf(Buffer.from(path))
  const stats = await stat(root)
  if (stats.isDirectory()) await findIn(root, found, options)
  else if (!stats.isFile()) throw new Error(`it is ${kindOf(stats)}`)
  else found.files.push({ path: root, name: lastPartOf(Buffer.from(path)), size: stats.size })
  return withReadableNames(found, options.nameEncoding)
}

async function withReadableNames(
  { files, problems, hidden }: RawFiles,
  encoding?: string,
): Promise<FoundFiles> {
  const names = await readableNames(
    [...files, ...problems].map(({ name }) => name),
    encoding,
  )
  return {
    files: files.map((file, index) => {
      const { text: name, encoding: nameEncoding } = names[index]!
      return { ...file, name, ...(nameEncoding !== undefined && { nameEncoding }) }
    }),
    problems: problems.map(({ reason }, index) => ({ name: names[files.length + index]!.text, reason })),
    hidden,
  }
}

const lastPartOf = (path: Buffer): Buffer => path.subarray(path.lastIndexOf(SLASH) + 1)

async function findIn(root: Buffer, found: RawFiles, { hidden, signal }: Options): Promise<void> {
  /** real paths */
  const visited = new Set<string>()
  const links: { path: Buffer; name: Buffer }[] = []
  const isNew = (real: Buffer): boolean => visited.size < visited.add(real.toString('latin1')).size

  const visit = async (folder: Buffer, prefix?: Buffer): Promise<void> => {
    signal.throwIfAborted()
    const entries = (await readdir(folder, 'buffer')).sort((one, other) => one.compare(other))
    for (const entry of entries) {
      const name = prefix === undefined ? entry : join(prefix, entry)
      if (entry[0] === DOT && !hidden) found.hidden++
      else await reporting(name, () => take(join(folder, entry), name))
    }
  }

  const take = async (path: Buffer, name: Buffer): Promise<void> => {
    const stats = await lstat(path)
    if (stats.isSymbolicLink()) links.push({ path, name })
    else if (stats.isDirectory()) {
      if (isNew(path)) await visit(path, name)
    } else if (!stats.isFile()) found.problems.push({ name, reason: `is ${kindOf(stats)}` })
    else if (isNew(path)) found.files.push({ path, name, size: stats.size })
  }

  const reporting = async (name: Buffer, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      signal.throwIfAborted()
      found.problems.push({ name, reason: reasonOf(error as Error) })
    }
  }

  visited.add(root.toString('latin1'))
  await visit(root)
  // Behind a link to a hidden folder there can be others.
  for (const { path, name } of links)
    await reporting(name, async () => {
      const target = await realPathOf(path)
      if (!isWithin(root, target))
        found.problems.push({ name, reason: 'is a link that leads out of the folder' })
      else await take(target, name)
    })
}

function isWithin(root: Buffer, path: Buffer): boolean {
  const prefix = root.equals(SLASH) ? root : Buffer.concat([root, SLASH])
  return path.equals(root) || path.subarray(0, prefix.length).equals(prefix)
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
