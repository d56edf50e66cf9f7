import { createHash } from 'node:crypto'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DOCX_TYPE } from '../../testing/sample-files.ts'

export type CorpusFormat = 'pdf' | 'docx' | 'html' | 'markdown' | 'text'

export interface CorpusFile {
  path: string
  format: CorpusFormat
  language: string
  bytes: Buffer
}

export const CONTENT_TYPES: Record<CorpusFormat, string> = {
  pdf: 'application/pdf',
  docx: DOCX_TYPE,
  html: 'text/html',
  markdown: 'text/markdown',
  text: 'text/plain',
}

const ENDINGS: Record<string, CorpusFormat> = {
  pdf: 'pdf',
  docx: 'docx',
  html: 'html',
  htm: 'html',
  md: 'markdown',
  markdown: 'markdown',
  txt: 'text',
}
const FORMAT = /\.(pdf|docx|html?|md|markdown|txt)(?:\.gz)?$/i
/** Languages of documentation, as a folder or a part of a file's name: `/de/`, `guide-de.txt`, `ch01.zh-cn.html`. */
const LANGUAGE =
  /[/._-](ar|bg|ca|cs|da|de|el|es|et|eu|fa|fi|fr|gl|he|hr|hu|id|it|ja|ko|lt|lv|nb|nl|nn|pl|pt|ro|ru|sk|sl|sv|th|tr|uk|vi|zh)(?=(?:[-_](?:br|cn|hans|hant|pt|tw))?[/.])/gi
/** Names of packages look like languages: markdown-it. */
const PACKAGES = 'node_modules'
/** Bytes of the largest and the smallest file. */
const MAX_BYTES = 10_000_000
const MIN_BYTES = 200

function languageOf(path: string): string {
  if (path.includes(PACKAGES)) return 'en'
  return [...path.matchAll(LANGUAGE)].at(-1)?.[1]?.toLowerCase() ?? 'en'
}

/**
 * Files of folders, as many of each format and language. Which ones depends only on the seed and their paths in the
 * folder, so that a new file changes no other choice.
 */
export async function sampleCorpus(
  folders: readonly string[],
  { filesOfEach, seed }: { filesOfEach: number; seed: string },
): Promise<CorpusFile[]> {
  const groups = new Map<string, { path: string; order: string }[]>()
  for (const folder of folders)
    for (const path of await readdir(folder, { recursive: true })) {
      if (!FORMAT.test(path)) continue
      const full = join(folder, path)
      const group = `${formatOf(path)} ${languageOf(full)}`
      if (!groups.has(group)) groups.set(group, [])
      groups.get(group)!.push({ path: full, order: hash(seed + path) })
    }
  const files: CorpusFile[] = []
  const seen = new Set<string>()
  for (const [, group] of [...groups].sort(([one], [other]) => (one < other ? -1 : 1))) {
    let taken = 0
    for (const { path } of group.sort((one, other) => (one.order < other.order ? -1 : 1))) {
      if (taken === filesOfEach) break
      const file = await readCorpusFile(path)
      if (file === undefined || seen.size === seen.add(hash(file.bytes)).size) continue
      files.push(file)
      taken++
    }
  }
  return files
}

async function readCorpusFile(path: string): Promise<CorpusFile | undefined> {
  if (!(await lstat(path)).isFile()) return undefined
  const stored = await readFile(path)
  const bytes = path.endsWith('.gz') ? gunzipSync(stored) : stored
  if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) return undefined
  return { path, format: formatOf(path), language: languageOf(path), bytes }
}

const formatOf = (path: string): CorpusFormat => ENDINGS[FORMAT.exec(path)![1]!.toLowerCase()]!

const hash = (value: string | Buffer): string => createHash('sha256').update(value).digest('hex')
