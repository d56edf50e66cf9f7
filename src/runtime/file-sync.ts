import { open } from 'node:fs/promises'

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
