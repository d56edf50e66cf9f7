import { constants, createWriteStream } from 'node:fs'
import { access, lstat, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { syncFolder } from '../../runtime/file-sync.ts'
import { processIdentity } from '../../runtime/processes.ts'
import { ArchiveError } from './archive-error.ts'

export interface WriteOptions {
  /** replace a file of this name */
  force: boolean
  signal: AbortSignal
  /** reads the file back, before it gets its name */
  verify(file: string): Promise<unknown>
}

/**
 * Writes a compressed file that only its owner can read. It gets its name when it is complete, on disk and verified; until
 * then, and after a kill, it is `NAME.part-PID`, which the next call removes.
 * @returns its size in bytes
 * @throws Error with a sentence for the operator; the signal's reason
 */
export async function writeArchiveFile(
  path: string,
  bytes: () => AsyncIterable<Uint8Array>,
  { force, signal, verify }: WriteOptions,
): Promise<number> {
  const file = resolve(path)
  await checkTarget(file, force)
  await removeLeftovers(file)
  const draft = `${file}.part-${process.pid}`
  try {
    const sink = createWriteStream(draft, { flags: 'wx', mode: 0o600 })
    await pipeline(Readable.from(bytes()), createGzip({ level: 1 }), sink, { signal })
    const handle = await open(draft, 'r+')
    await handle.sync().finally(() => handle.close())
    await verify(draft)
    await checkTarget(file, force)
    const { size } = await lstat(draft)
    await rename(draft, file)
    await syncFolder(dirname(file))
    return size
  } catch (error) {
    await rm(draft, { force: true })
    signal.throwIfAborted()
    throw explain(error, file)
  }
}

async function checkTarget(file: string, force: boolean): Promise<void> {
  const existing = await lstat(file).catch(() => undefined)
  if (existing?.isDirectory()) throw new Error(`${file} is a folder: name a file in it`)
  if (existing && !force) throw new Error(`${file} exists: choose another name, or replace it with --force`)
  await access(dirname(file), constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${dirname(file)} cannot be written to (${error.code}): choose another folder`)
  })
}

async function removeLeftovers(file: string): Promise<void> {
  const prefix = `${basename(file)}.part-`
  for (const name of await readdir(dirname(file))) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : NaN
    const isLeft = Number.isInteger(pid) && (await processIdentity(pid)) === undefined
    if (isLeft) await rm(join(dirname(file), name), { force: true })
  }
}

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']

function explain(error: unknown, file: string): unknown {
  const { code = '', syscall, message } = error as NodeJS.ErrnoException
  if (error instanceof ArchiveError)
    return new Error(
      `what was written is not what is read back: ${message}; nothing was left: check the disk`,
    )
  if (FULL.includes(code) && syscall === 'write')
    return new Error(
      `there is no room for ${file} (${code}): free some, or choose another disk; nothing was left there`,
    )
  if (syscall === 'write' || syscall === 'fsync' || syscall === 'rename')
    return new Error(`${file} cannot be written (${message}): choose another disk; nothing was left there`)
  return error
}
