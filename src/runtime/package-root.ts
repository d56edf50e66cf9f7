import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The folder that holds docmgr's package.json, drizzle and proto, wherever the running bundle lies below it.
 * @throws when the program was moved away from its package
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'docmgr') return folder
    const parent = dirname(folder)
    if (parent === folder)
      throw new Error('docmgr is outside of its package: no package.json was found above it')
    folder = parent
  }
}

/** The folder of the running build, by default `dist`. It has the worker entries. */
export function buildRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, '.fingerprint'))) {
    const parent = dirname(folder)
    if (parent === folder)
      throw new Error('docmgr does not run from its build: build it with `npm run build`')
    folder = parent
  }
  return folder
}
