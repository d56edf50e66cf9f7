import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The path of another entry of the build this code runs in. Where this code itself lies is the bundler's
 * choice (an entry, a chunk), so it looks in the folders above.
 * @param entry relative to the folder of the build: `extraction/extract.worker.js`
 */
export function builtFile(entry: string, from: string = import.meta.url): string {
  let folder = dirname(fileURLToPath(from))
  for (;;) {
    const path = join(folder, entry)
    if (existsSync(path)) return path
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`${entry} is not in the build around ${fileURLToPath(from)}`)
    folder = parent
  }
}
