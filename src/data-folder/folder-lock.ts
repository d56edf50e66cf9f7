import { randomUUID } from 'node:crypto'
import { link, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makePrivateFolder } from '../runtime/private-folder.ts'
import { processIdentity } from '../runtime/processes.ts'

export interface FolderLock {
  release(): Promise<void>
}

/** Another process holds the folder; the message names the folder and the process. */
export class FolderInUseError extends Error {
  readonly folder: string
  readonly pid: number
  constructor(folder: string, pid: number) {
    super(
      `the data folder ${folder} is in use by another docmgr (process ${pid}): ` +
        'stop it, or choose another folder with --data',
    )
    this.name = 'FolderInUseError'
    this.folder = folder
    this.pid = pid
  }
}

/** The process that holds the lock. `nonce` is unique to each attempt. */
interface Holder {
  pid: number
  identity: string
  nonce: string
}

/**
 * Makes this process the only one that uses `folder`, which is created when missing. A lock whose process has died is
 * taken over, also when another process has the same pid by now.
 *
 * The lock is the file `lock`, created complete by link(2). A process that finds the holder dead first links
 * `lock-after-<nonce of the dead holder>`, which succeeds for one process only, and then renames that over `lock`. A
 * process that links the same name after the rename notices it when it reads the chain again, which then ends at
 * another holder.
 * @throws FolderInUseError when another running process holds it, or this one does already
 */
export async function lockFolder(path: string): Promise<FolderLock> {
  const folder = resolve(path)
  await makePrivateFolder(folder)
  const mine: Holder = {
    pid: process.pid,
    identity: (await processIdentity(process.pid)) ?? '',
    nonce: randomUUID(),
  }
  const draft = join(folder, `lock-draft-${process.pid}-${mine.nonce}`)
  await writeFile(draft, JSON.stringify(mine), { mode: 0o644, flush: true })
  try {
    await acquire(folder, draft, mine)
  } finally {
    await rm(draft, { force: true })
  }
  return {
    async release() {
      if ((await readHolder(join(folder, 'lock')))?.nonce === mine.nonce) await rm(join(folder, 'lock'))
    },
  }
}

/** The process that holds the lock of the folder; undefined when none does. */
export async function holderOfFolder(path: string): Promise<number | undefined> {
  return (await endOfChain(resolve(path))).holder?.pid
}

async function acquire(folder: string, draft: string, mine: Holder): Promise<void> {
  const lock = join(folder, 'lock')
  // A round is repeated only because another process made progress; the limit guards against a broken file system.
  for (let round = 0; round < 1000; round++) {
    const end = await endOfChain(folder)
    if (end.holder) throw new FolderInUseError(folder, end.holder.pid)
    if (!(await linkOnce(draft, end.path))) continue
    if ((await endOfChain(folder)).holder?.nonce !== mine.nonce) {
      await unlink(end.path).catch(() => {})
      continue
    }
    if (end.path !== lock) await rename(end.path, lock)
    await removeLeftovers(folder, draft)
    return
  }
  throw new Error(`the data folder ${folder} cannot be locked: its file "lock" keeps changing`)
}

/** The running holder; or the path whose creation makes a process the holder. */
async function endOfChain(folder: string): Promise<{ path: string; holder?: Holder }> {
  let path = join(folder, 'lock')
  for (;;) {
    const holder = await readHolder(path)
    if (!holder) return { path }
    if ((await processIdentity(holder.pid)) === holder.identity) return { path, holder }
    path = join(folder, `lock-after-${holder.nonce}`)
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const { pid, identity, nonce } = JSON.parse(text) as Holder
    if (/^[\w-]{1,64}$/.test(nonce) && Number.isInteger(pid)) return { pid, identity, nonce }
  } catch {
    // Not a file of docmgr, or damaged by a power failure: nobody holds it.
  }
  return { pid: 0, identity: 'damaged', nonce: 'damaged' }
}

async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Removes files of processes that died while they were taking the lock. Called by the holder only. */
async function removeLeftovers(folder: string, draft: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith('lock-after-')) await rm(join(folder, name), { force: true })
    const author = /^lock-draft-(\d+)-/.exec(name)?.[1]
    if (author === undefined || join(folder, name) === draft) continue
    if ((await processIdentity(Number(author))) === undefined) await rm(join(folder, name), { force: true })
  }
}
