import { createHmac, randomBytes } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../runtime/file-sync.ts'
import { makePrivateFolder } from '../runtime/private-folder.ts'

/** Names of the files in the data folder. */
export const KEPT_SECRETS = ['token-secret', 'viewer-secret'] as const

type KeptSecret = (typeof KEPT_SECRETS)[number]

/** The secret that signs tokens, kept in the data folder. */
export const keptTokenSecret = (dataFolder: string): Promise<string> => keptSecret(dataFolder, 'token-secret')

/** The same where it exists and this user may read it; creates none. @throws Error for an empty file */
export const readTokenSecret = (dataFolder: string): Promise<string | undefined> =>
  readSecret(join(dataFolder, 'token-secret' satisfies KeptSecret))

/** The secret that keys the hashes of viewers. Not that of tokens, whose change would make every viewer a new one. */
export const keptViewerSecret = (dataFolder: string): Promise<string> =>
  keptSecret(dataFolder, 'viewer-secret')

/** The same in all processes that have the same secret for tokens. */
export const derivedViewerSecret = (tokenSecret: string): string =>
  createHmac('sha256', tokenSecret).update('viewers').digest('base64url')

/**
 * Creates the secret at the first call. The file is written under another name and then linked, so that it is complete, and
 * is on disk before anything is signed with it.
 * @throws Error for an empty file
 */
async function keptSecret(dataFolder: string, name: KeptSecret): Promise<string> {
  const file = join(dataFolder, name)
  const kept = await readSecret(file)
  if (kept !== undefined) return kept
  await makePrivateFolder(dataFolder)
  const draft = `${file}.${process.pid}`
  await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flush: true })
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft)
  await syncFolder(dataFolder)
  return (await readFile(file, 'utf8')).trim()
}

async function readSecret(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const secret = text?.trim()
  if (secret === '') throw new Error(`${file} is empty: restore it from a backup, or remove it for a new one`)
  return secret
}
