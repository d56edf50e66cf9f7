import { userInfo } from 'node:os'

/**
 * Who the command line acts for on its own machine: the account of the operating system. The address is not meant to be
 * delivered to; it is the owner of what is created without a token that someone gave. An administrator, because who may read
 * the data folder may do everything with it.
 */
export function localUser(): { id: string; email: string; admin: true } {
  const id = accountName()
  return { id, email: `${id}@docmgr.local`, admin: true }
}

/** In the form of a local part of an e-mail address (RFC 5321, 4.1.2: Dot-string). */
function accountName(): string {
  const name = readName()
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
  return name === '' ? 'unknown' : name
}

function readName(): string {
  try {
    return userInfo().username
  } catch {
    // In a container, a user id may have no account.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
