import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { killProcessesOf } from '../../db/embedded/leftovers.ts'
import { syncFolder } from '../../runtime/file-sync.ts'
import { makePrivateFolder } from '../../runtime/private-folder.ts'
import { processIdentity } from '../../runtime/processes.ts'

/** A folder that gets its name when all that belongs in it is there. */
export interface DraftFolder {
  path: string
  /** @throws Error when something is there by now */
  publish(): Promise<void>
  remove(): Promise<void>
}

/**
 * Begins a folder under another name beside it. What a killed process left there is removed.
 * @throws Error with a sentence for the operator when the folder exists and is not empty
 */
export async function beginFolder(path: string): Promise<DraftFolder> {
  const folder = resolve(path)
  await refuseUnlessEmpty(folder)
  await makePrivateFolder(dirname(folder))
  await removeLeftovers(folder)
  const draft = `${folder}.restore-${process.pid}`
  await makePrivateFolder(draft)
  return {
    path: draft,
    async publish() {
      await syncFolder(draft)
      await refuseUnlessEmpty(folder)
      await rename(draft, folder)
      await syncFolder(dirname(folder))
    },
    remove: () => rm(draft, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  }
}

async function refuseUnlessEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new Error(
      `${folder} cannot be used as the data folder (${error.code}): choose another one with --data`,
    )
  })
  if (names === undefined) return
  if (names.length > 0) {
    const some = names.slice(0, 3).join(', ')
    throw new Error(
      `${folder} is not empty (${some}): name an empty or new folder with --data, or move it away`,
    )
  }
  const [own, parent] = [await stat(folder), await stat(dirname(folder))]
  if (own.dev !== parent.dev)
    throw new Error(`${folder} is the root of a file system: name a new folder in it with --data`)
}

async function removeLeftovers(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.restore-`
  for (const name of await readdir(dirname(folder))) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : NaN
    if (!Number.isInteger(pid) || (await processIdentity(pid)) !== undefined) continue
    const left = join(dirname(folder), name)
    // Its PostgreSQL may still run.
    await killProcessesOf(join(left, 'postgres', 'data'))
    await rm(left, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}
