import { constants } from 'node:fs'
import { copyFile, link, lstat, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncFolder } from '../runtime/file-sync.ts'
import { CommandError } from './exit-codes.ts'
import { reasonOf } from './import/find-files.ts'
import { printable } from './printable.ts'

/** A file that appears under its name when it is complete. */
export interface NewFile {
  write(chunk: Uint8Array): Promise<void>
  /** Gives the file its name, and returns its path. @throws CommandError when something has that name by now */
  publish(): Promise<string>
  /** Removes what was not published. */
  discard(): Promise<void>
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

/**
 * @param clobber replace what has the name already
 * @throws CommandError
 */
export async function openNewFile(path: string, clobber: boolean): Promise<NewFile> {
  const taken = (): CommandError =>
    new CommandError(`${printable(path)} exists already: --clobber replaces it, --output names another file`)
  if (!clobber && (await exists(path))) throw taken()
  const draft = join(dirname(path), `.${basename(path).slice(0, 100)}.${process.pid}.part`)
  const file = await open(draft, 'w').catch((error: Error) => {
    throw new CommandError(`${printable(path)}: ${reasonOf(error)}`)
  })
  const close = async (): Promise<void> => file.close().catch(() => {})

  return {
    async write(chunk) {
      await file.writeFile(chunk).catch((error: Error) => {
        throw new CommandError(`${printable(path)}: ${reasonOf(error)}`)
      })
    },
    async publish() {
      await file.sync()
      await close()
      await nameOnce(draft, path, clobber).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'EEXIST' ? taken() : new CommandError(`${printable(path)}: ${reasonOf(error)}`)
      })
      await syncFolder(dirname(path))
      return path
    },
    async discard() {
      await close()
      await rm(draft, { force: true })
    },
  }
}

/** Renaming replaces what is there, so that a new name is linked; some file systems have no links. */
async function nameOnce(draft: string, path: string, clobber: boolean): Promise<void> {
  if (clobber) return rename(draft, path)
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw error
    return copyFile(draft, path, constants.COPYFILE_EXCL)
  })
}
