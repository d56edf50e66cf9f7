import { usersOf } from '../config/access.ts'
import type { Config } from '../config/schema.ts'
import { adapterOf } from '../ports/adapters.ts'

/**
 * Gives each user of the table its rights, at the servers of the configuration that know users; it may be repeated.
 * @returns what changed at each server, in words; nothing where no server knows users
 * @throws Error of a server, which also names the setting
 */
export async function applyAccess({ changes }: Config): Promise<string[]> {
  const { url, prefix, group } = changes
  const done = await adapterOf('changes', url).applyAccess?.(url, usersOf('changes'), { prefix, group })
  return done === undefined ? [] : [done]
}
