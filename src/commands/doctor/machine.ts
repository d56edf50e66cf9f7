import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Config } from '../../config/schema.ts'
import { LOW_BYTES } from '../../runtime/disk-space.ts'
import { type Check, type Checks } from './finding.ts'

const OLDEST_NODE = [20, 19] as const

export const checkNode: Check = async () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const detail = `${process.version} on ${process.platform}-${process.arch}`
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]))
    return { state: 'ok', detail }
  return { state: 'problem', detail, fix: `install Node ${OLDEST_NODE.join('.')} or newer` }
}

/** The packages that are not part of the bundle and are loaded only when needed. */
export const checkPackages: Check = async () => {
  const missing: string[] = []
  for (const name of ['jiti', 'unpdf']) {
    try {
      import.meta.resolve(name)
    } catch {
      missing.push(name)
    }
  }
  if (missing.length === 0) return { state: 'ok', detail: 'installed' }
  return { state: 'problem', detail: `${missing.join(', ')} not found`, fix: 'run `npm ci`' }
}

/** Checks the data folder, or the folder in which it will be created. */
export function checksOfFolder({ data }: Config): Checks {
  return {
    'data folder': async () => {
      const folder = await existingFolder(data)
      const made = folder === data
      try {
        await access(folder, constants.W_OK | constants.X_OK)
      } catch {
        const detail = `${folder} cannot be written by this user`
        return {
          state: 'problem',
          detail,
          fix: 'change its owner or mode, or choose another folder with --data',
        }
      }
      if (!made) return { state: 'ok', detail: `${data} does not exist yet and can be created` }
      const open = await openSecret(data)
      if (open === undefined) return { state: 'ok', detail: data }
      return { state: 'problem', detail: `others can read ${open}`, fix: `chmod 600 ${open}` }
    },
    'disk space': async () => {
      const { bavail, bsize } = await statfs(await existingFolder(data))
      const free = bavail * bsize
      const detail = `${(free / 1e9).toFixed(1)} GB free for ${data}`
      if (free >= LOW_BYTES) return { state: 'ok', detail }
      return {
        state: 'problem',
        detail,
        fix: 'free some space: changes are refused when the disk is full',
      }
    },
  }
}

async function existingFolder(path: string): Promise<string> {
  const stats = await stat(path).catch(() => undefined)
  if (stats?.isDirectory()) return path
  if (stats) throw new Error(`${path} is not a folder: choose another with --data`)
  const parent = dirname(path)
  return parent === path ? path : existingFolder(parent)
}

/** The file of the token secret, if users other than its owner can read it. */
async function openSecret(data: string): Promise<string | undefined> {
  const file = join(data, 'token-secret')
  const stats = await stat(file).catch(() => undefined)
  return stats && (stats.mode & 0o077) !== 0 ? file : undefined
}
