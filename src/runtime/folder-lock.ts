import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { processIdentity } from './processes.ts'

export interface FolderLock {
  release(): Promise<void>
}

/** Someone else holds the folder; the message names the folder and the process. */
export class FolderInUseError extends Error {
  readonly folder: string
  readonly pid: number
  constructor(folder: string, pid: number) {
    super(
      `the data folder ${folder} is in use by another docmgr (process ${pid}): ` +
        'stop that one, or give this one a folder of its own with --data',
    )
    this.name = 'FolderInUseError'
    this.folder = folder
    this.pid = pid
  }
}

/** Who holds the lock. `nonce` is new for each attempt and never repeats. */
interface Holder {
  pid: number
  identity: string
  nonce: string
}

/**
 * Makes this process the only one that works in `folder`, which is created when missing. A lock whose process
 * has died is taken over, also when the number of that process belongs to another one by now.
 *
 * The lock is the file `lock`; it appears complete, by link(2). Whoever finds its holder dead must first link
 * `lock-after-<nonce of the dead holder>`, which only one process can, and then renames that over `lock`. A
 * late-comer that links the same name after the rename notices when it walks the chain again: it now ends at
 * someone else.
 * @throws FolderInUseError when another living process holds it, or this one does already
 */
export async function lockFolder(path: string): Promise<FolderLock> {
  const folder = resolve(path)
  await mkdir(folder, { recursive: true })
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

async function acquire(folder: string, draft: string, mine: Holder): Promise<void> {
  const lock = join(folder, 'lock')
  // Each round ends because someone else made progress; the limit only guards against a file system that
  // lies.
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

/** The living holder, or the path whose creation makes one. */
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
    // Not ours, or damaged by a power cut: held by nobody.
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

/** What processes left that died while they were taking the lock. Called by the holder only. */
async function removeLeftovers(folder: string, draft: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith('lock-after-')) await rm(join(folder, name), { force: true })
    const author = /^lock-draft-(\d+)-/.exec(name)?.[1]
    if (author === undefined || join(folder, name) === draft) continue
    if ((await processIdentity(Number(author))) === undefined) await rm(join(folder, name), { force: true })
  }
}
