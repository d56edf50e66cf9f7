import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { passwordFileOf, usersOf } from '../config/access.ts'
import type { Config } from '../config/schema.ts'
import { type Access, adapterOf } from '../ports/adapters.ts'

/**
 * Gives each user of the table its rights, at the servers of the configuration that know users; it may be repeated.
 * @param folder has the passwords for servers that keep them, in files called as `passwordFileOf` says
 * @returns what was done at each server, in words; nothing where no server knows users
 * @throws Error of a server or file, which also names the setting or option
 */
export async function applyAccess(config: Config, folder: string | undefined): Promise<string[]> {
  const { database, changes, blobs, search, cache } = config
  const done = [
    await adapterOf('database', database.url).applyAccess?.(database.url, usersOf('database'), {
      ...database,
      ...passwords('database', folder),
    }),
    await adapterOf('changes', changes.url).applyAccess?.(changes.url, usersOf('changes'), changes),
    await adapterOf('blobs', blobs.url).applyAccess?.(blobs.url, usersOf('blobs'), {
      ...blobs,
      ...passwords('blobs', folder),
    }),
    await adapterOf('search', search.url).applyAccess?.(search.url, usersOf('search'), {
      ...search,
      ...passwords('search', folder),
    }),
    await adapterOf('cache', cache.url).applyAccess?.(
      cache.url,
      usersOf('cache'),
      passwords('cache', folder),
    ),
  ]
  return done.filter((text) => text !== undefined)
}

/** The passwords of a port's users, read when they are needed. */
function passwords(port: keyof Access, folder: string | undefined) {
  return {
    passwordOf(user: string): string {
      const file = passwordFileOf(port, user)
      if (folder === undefined) {
        const why = `the server of ${port}.url keeps the passwords of its users`
        throw new Error(`${why}: name the folder with ${file} and the others by --passwords`)
      }
      try {
        return readFileSync(join(folder, file), 'utf8').replace(/\r?\n$/, '')
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        throw new Error(`--passwords: ${join(folder, file)} cannot be read (${code})`, { cause: error })
      }
    },
  }
}
