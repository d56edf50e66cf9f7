import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Error codes of file systems that cannot flush a folder: there a rename is durable without it, or never. */
const UNSUPPORTED = ['EINVAL', 'ENOTSUP', 'ENOSYS']

/** Flushes a folder to disk, so that names that were added, changed or removed in it survive a power failure. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    if (!UNSUPPORTED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    await folder.close()
  }
}

/** Creates a folder, and missing ones above it, whose names survive a power failure. A folder that exists keeps its mode. */
export async function makeDurableFolder(path: string, mode: number): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode })
  if (first === undefined) return
  const above = dirname(resolve(first))
  for (let made = resolve(path); made !== above; made = dirname(made)) await syncFolder(dirname(made))
}
