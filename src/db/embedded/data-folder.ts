import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, lchown, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { makeDurableFolder, syncFolder } from '../../runtime/file-sync.ts'
import { makePrivateFolder } from '../../runtime/private-folder.ts'
import type { PostgresBinaries } from './binaries.ts'
import { killProcessesOf } from './leftovers.ts'
import { chooseServerUser, SERVER_ENVIRONMENT, type ServerUser } from './server-user.ts'

const run = promisify(execFile)

/** The superuser of the cluster. */
export const SUPERUSER = 'docmgr'
const NEW_PREFIX = 'new-'
const INITDB_LIMIT_MS = 120_000

/** A folder with `data` (PostgreSQL's), `password` and, while the server runs, `run` (its socket). */
export interface DataFolder {
  data: string
  password: string
  user: ServerUser
  findings: string[]
}

/**
 * Opens the data folder, or creates it: initdb writes to a temporary folder beside it, which is renamed when it is
 * complete and on disk, so that an interruption leaves no incomplete data folder.
 * @throws Error for a folder of another major version, or another user, or without PostgreSQL's files
 */
export async function openDataFolder(folder: string, binaries: PostgresBinaries): Promise<DataFolder> {
  await makeFolder(folder)
  const data = join(folder, 'data')
  const existing = await stat(data).catch(() => undefined)
  if (existing) await checkVersion(data, binaries)
  const user = await chooseServerUser({
    postgres: binaries.postgres,
    parent: dirname(folder),
    ...(existing && { owner: { uid: existing.uid, gid: existing.gid } }),
  })
  const findings = await removeInterrupted(folder)
  if (existing) {
    if (existing.uid !== user.owner.uid)
      findings.push(`the owner of the database was changed to ${user.description}`)
    await giveTo(user, folder, existing.uid)
    return { data, password: await readPassword(folder), user, findings }
  }
  const password = await writePassword(folder)
  const draft = await mkdtemp(join(folder, NEW_PREFIX))
  await giveTo(user, folder)
  try {
    await initdb(draft, join(folder, 'password'), binaries, user)
    await rename(draft, data)
    for (const path of [folder, dirname(folder)]) await syncFolder(path)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
  findings.push(`new data folder created; PostgreSQL runs as ${user.description}`)
  return { data, password, user, findings }
}

/** Only the folder itself is private, because the server's user needs access to the folders above. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await makePrivateFolder(dirname(folder))
    await makeDurableFolder(folder, 0o700)
  } catch (error) {
    const { message } = error as Error
    throw new Error(
      `the folder of the database cannot be created (${message}): choose another one with --data`,
      {
        cause: error,
      },
    )
  }
}

async function checkVersion(data: string, { major }: PostgresBinaries): Promise<void> {
  const version = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim()
  if (version === major) return
  if (version === '') {
    throw new Error(
      `${data} is not a data folder of PostgreSQL: move it away, or choose another folder with --data`,
    )
  }
  throw new Error(
    `${data} was created by PostgreSQL ${version}, and this is PostgreSQL ${major}, which cannot read it: ` +
      `make a backup with a docmgr that has PostgreSQL ${version} and restore it with this one, or choose another ` +
      'folder with --data',
  )
}

async function removeInterrupted(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(NEW_PREFIX))
  for (const name of names) {
    // An initdb whose supervisor was killed may still run there.
    await killProcessesOf(join(folder, name))
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  return names.length === 0 ? [] : ['an interrupted creation of the data folder was removed']
}

/**
 * Character classes come from C.UTF-8, or another UTF-8 locale of the system, so that upper and lower case work beyond
 * ASCII. Texts are ordered by code point: indexes then stay valid when the system's library changes.
 */
async function initdb(
  target: string,
  passwordFile: string,
  binaries: PostgresBinaries,
  user: ServerUser,
): Promise<void> {
  const options = ['-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--no-instructions']
  let failure = ''
  for (const ctype of ['C.UTF-8', 'en_US.UTF-8', 'UTF-8', 'C']) {
    const locale = ['--encoding=UTF8', '--locale=C', `--lc-ctype=${ctype}`]
    const [program, ...args] = [...user.prefix, binaries.initdb, '-D', target, ...options, ...locale]
    try {
      await run(program!, args, {
        ...user.spawn,
        cwd: '/',
        env: SERVER_ENVIRONMENT,
        timeout: INITDB_LIMIT_MS,
      })
      return
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string }
      failure = (stderr?.trim() || message).split('\n').slice(-4).join(' | ')
      if (!failure.includes('locale')) break
    }
  }
  throw new Error(`PostgreSQL cannot create its data folder ${target}: ${failure}`)
}

async function readPassword(folder: string): Promise<string> {
  const path = join(folder, 'password')
  const password = (await readFile(path, 'utf8').catch(() => '')).trim()
  if (password === '')
    throw new Error(`${path}, the password of the database, is missing: restore it from a backup`)
  return password
}

async function writePassword(folder: string): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  await writeFile(join(folder, 'password'), `${password}\n`, { mode: 0o600, flush: true })
  return password
}

/**
 * Makes the server's user the owner of the folder and its files; of the folder last, so that the next start notices an
 * interruption.
 */
async function giveTo({ owner }: ServerUser, folder: string, present?: number): Promise<void> {
  await chmod(folder, 0o700)
  if (process.getuid?.() !== 0) return
  const entries = present === owner.uid ? [] : await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.reverse()) {
    await lchown(join(entry.parentPath, entry.name), owner.uid, owner.gid)
  }
  await lchown(folder, owner.uid, owner.gid)
}
