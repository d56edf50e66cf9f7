// What the build scripts know of the tree: finding files, and telling whether dist is up to date.
import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'

/** Sorted paths of the files below `folder`, with forward slashes, whose path matches `pattern`. */
export function findFiles(folder, pattern) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`.replaceAll('\\', '/'))
    .filter((path) => pattern.test(path))
    .sort()
}

/** Changes whenever a source file or the set of packages does; compares names, sizes and times. */
export function fingerprint() {
  const hash = createHash('sha256')
  for (const path of [...findFiles('src', /\.(tsx?|mjs|css|html)$/), 'package-lock.json']) {
    const { size, mtimeMs } = statSync(path)
    hash.update(`${path} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}
