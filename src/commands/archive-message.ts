import { CommandError, EXIT } from './exit-codes.ts'

/** Throws again what was wrong with an archive, as a sentence that begins with its name. */
export function archiveMessage(file: string): (error: Error & NodeJS.ErrnoException) => never {
  return (error) => {
    if (error.name === 'ArchiveError') throw new CommandError(`${file} cannot be used: ${error.message}`)
    if (error.name === 'NewerArchiveError')
      throw new CommandError(`${file} cannot be used: ${error.message}`, EXIT.newerDatabase)
    if (error.code === 'ENOENT' || error.code === 'EACCES' || error.code === 'EISDIR')
      throw new CommandError(`${file} cannot be read: ${error.message}`)
    throw error
  }
}
