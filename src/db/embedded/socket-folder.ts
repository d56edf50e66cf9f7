import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type ServerUser } from './server-user.ts'

/** Part of the socket's name, `.s.PGSQL.5432`, also without a TCP listener. */
export const SOCKET_PORT = 5432

/**
 * The lowest limit of the supported systems: 104 bytes with the final zero on macOS, 108 on Linux.
 */
const MAX_SOCKET_PATH = 103
const TEMPORARY_PREFIX = 'docmgr-pg-'

/**
 * A private folder for the server's Unix socket: `run` beside the data, or a new one below the system's
 * temporary folder when that path is too long or its file system has no sockets.
 */
export async function makeSocketFolder(folder: string, user: ServerUser): Promise<string> {
  const run = join(folder, 'run')
  // Leftovers of an earlier server. PostgreSQL would mistake a stale lock file for a valid one.
  await rm(run, { recursive: true, force: true })
  if (Buffer.byteLength(join(run, `.s.PGSQL.${SOCKET_PORT}`)) <= MAX_SOCKET_PATH) {
    await mkdir(run, { mode: 0o700 })
    if (await canListen(join(run, 'probe'))) return chownTo(run, user)
    await rm(run, { recursive: true })
  }
  // The server's user may have no access to root's own temporary folder.
  const base = process.getuid?.() === 0 || Buffer.byteLength(tmpdir()) > 60 ? '/tmp' : tmpdir()
  return chownTo(await mkdtemp(join(base, TEMPORARY_PREFIX)), user)
}

/** Removes a socket folder that `makeSocketFolder` created, and nothing else. */
export async function removeSocketFolder(folder: string, socketFolder: string): Promise<void> {
  if (socketFolder === join(folder, 'run') || isTemporary(socketFolder))
    await rm(socketFolder, { recursive: true, force: true })
}

/** Whether `makeSocketFolder` created it below the system's temporary folder. */
export const isTemporary = (socketFolder: string): boolean =>
  ['/tmp', tmpdir()].includes(dirname(socketFolder)) && socketFolder.includes(`/${TEMPORARY_PREFIX}`)

async function chownTo(folder: string, { owner }: ServerUser): Promise<string> {
  if (owner.uid !== process.getuid?.()) await chown(folder, owner.uid, owner.gid)
  return folder
}

function canListen(path: string): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(path, () => server.close(() => done(true)))
  })
}
