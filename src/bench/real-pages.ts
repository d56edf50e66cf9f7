import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../runtime/package-root.ts'

/** UTF-16 code units of about 400 words. */
const PAGE_UNITS = 2_400

/**
 * Pages of the Markdown files of the installed packages, each text once: words and their repetition as people write them, which
 * decide how large an index is.
 * @param count of pages at most
 */
export async function realPages(count: number): Promise<string[]> {
  const folder = join(packageRoot(), 'node_modules')
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.md')).sort()
  const texts = new Set<string>()
  let pages = 0
  for (const path of paths) {
    const text = await readFile(join(folder, path), 'utf8')
    if (text.length < PAGE_UNITS || texts.size === texts.add(text).size) continue
    pages += Math.floor(text.length / PAGE_UNITS)
    if (pages >= count) break
  }
  return [...texts].flatMap(pagesOf).slice(0, count)
}

const pagesOf = (text: string): string[] =>
  Array.from({ length: Math.floor(text.length / PAGE_UNITS) }, (_, page) =>
    text.slice(page * PAGE_UNITS, (page + 1) * PAGE_UNITS).toWellFormed(),
  )
