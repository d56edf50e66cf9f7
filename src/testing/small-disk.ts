import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A file system of its own, which a test can fill. */
export interface SmallDisk {
  /** where the programs on it see it */
  path: string
  /** where the test sees it */
  outside: string
  /** the command that starts a program on it, before the program's own */
  command: string[]
  /** Writes a file until nothing is left. @param left bytes that stay free; 0 by default */
  fill(left?: number): Promise<void>
  /** Removes that file. */
  free(): Promise<void>
}

/**
 * Linux: a tmpfs in a mount namespace (mount_namespaces(7)), which for a user without the right to mount is in a user
 * namespace. It vanishes with the process that holds it.
 * @param mebibytes its size
 */
export async function smallDisk(t: TestContext, mebibytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'docmgr-test-disk-'))
  const isUser = spawnSync('unshare', ['--mount', 'true']).status !== 0
  const namespaces = isUser ? ['--user', '--map-root-user', '--mount'] : ['--mount']
  const script = `mount -t tmpfs -o size=${mebibytes}m,mode=0755 tmpfs "$0" && echo mounted && exec cat`
  const holder = spawn('unshare', [...namespaces, 'sh', '-c', script, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(async () => {
    holder.kill('SIGKILL')
    await rm(path, { recursive: true, force: true })
  })
  await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'exit').then(() => Promise.reject(new Error('no file system could be mounted'))),
  ])
  const outside = `/proc/${holder.pid}/root${path}`
  const ballast = join(outside, 'ballast')
  const entering = isUser ? ['--user', '--preserve-credentials', '--mount'] : ['--mount']
  return {
    path,
    outside,
    command: ['nsenter', '--target', String(holder.pid), ...entering],
    fill: (left = 0) => fill(ballast, left),
    free: () => rm(ballast),
  }
}

async function fill(file: string, left: number): Promise<void> {
  for (const bytes of [1024 * 1024, 4096]) {
    const piece = Buffer.alloc(bytes)
    try {
      for (;;) await writeFile(file, piece, { flag: 'a' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
  const { size } = await stat(file)
  await truncate(file, size - left)
}
