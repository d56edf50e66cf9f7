import { stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'

/** What errors of the file system mean, by their code (errno(3)). */
const REASONS: Partial<Record<string, string>> = {
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file is there already',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EIO: 'the disk failed',
}

/** Calls that have these codes for a socket. */
const OF_SOCKETS = ['listen', 'bind', 'connect']

/**
 * What to say of an error of the file system: the path, where node knows it, the reason, and whose folder it is.
 * @returns undefined for an error of another kind
 */
export async function explainFileError(error: NodeJS.ErrnoException): Promise<string | undefined> {
  const { code = '', path, syscall } = error
  const reason = REASONS[code]
  if (reason === undefined || syscall === undefined || OF_SOCKETS.includes(syscall)) return undefined
  if (path === undefined) return `${reason} (${code}, ${syscall})`
  const what = `${path}: ${reason} (${code}, ${syscall})`
  const owner = reason === REASONS['EACCES'] ? await ownerOf(path) : undefined
  const { uid, username } = userInfo()
  if (owner === undefined || owner.uid === uid)
    return `${what}\nchoose another folder or file, such as with --data`
  return (
    `${what}\n${owner.path} belongs to the user with uid ${owner.uid}, and this is ${username} (uid ${uid}): ` +
    'run docmgr as its owner, or choose another folder, such as with --data'
  )
}

/** Of a path, or of the nearest folder above that this user can see. */
async function ownerOf(path: string): Promise<{ path: string; uid: number } | undefined> {
  for (let place = path; ; place = dirname(place)) {
    const found = await stat(place).catch(() => undefined)
    if (found) return { path: place, uid: found.uid }
    if (place === dirname(place)) return undefined
  }
}
