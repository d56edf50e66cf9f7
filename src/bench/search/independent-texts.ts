import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { packageRoot } from '../../runtime/package-root.ts'
import type { CorpusFile } from './corpus.ts'

const run = promisify(execFile)
/** Python with lxml, which CI installs beside pdftotext and pandoc. */
const PYTHON = process.env['PYTHON'] ?? 'python3'
const CONVERT_MS = 60_000

/** A file, with the text that pdftotext, pandoc or lxml read of it. */
export interface ReadableFile extends CorpusFile {
  text: string
}

/** Files that the independent readers cannot read are left out. */
export async function independentTexts(files: readonly CorpusFile[]): Promise<ReadableFile[]> {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-bench-corpus-'))
  try {
    const paths = files.map(({ format }, number) => join(folder, `${number}.${format}`))
    for (const [number, path] of paths.entries()) await writeFile(path, files[number]!.bytes)
    const texts = await readAll(files.map(({ format }, number) => ({ path: paths[number]!, format })))
    return files.flatMap((file, number) => {
      const text = texts.get(paths[number]!)
      return text === undefined || text.trim() === '' ? [] : [{ ...file, text }]
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readAll(jobs: { path: string; format: string }[]): Promise<Map<string, string>> {
  const script = join(packageRoot(), 'src/bench/search/independent_readers.py')
  const reader = spawn(PYTHON, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(reader, 'exit')
  reader.stdin.end(jobs.map((job) => JSON.stringify(job) + '\n').join(''))
  const texts = new Map<string, string>()
  for await (const line of createInterface(reader.stdout)) {
    const { path, text, error } = JSON.parse(line) as { path: string; text?: string; error?: string }
    if (text !== undefined) texts.set(path, text)
    else process.stderr.write(`not read by the independent reader: ${path}: ${error}\n`)
  }
  const [code] = (await ended) as [number | null]
  if (code !== 0)
    throw new Error(`the independent readers ended with ${code}: they need lxml, pandoc, pdftotext`)
  return texts
}

/** DOCX files that pandoc makes of HTML pages: Debian has none. */
export async function docxOf(pages: readonly CorpusFile[]): Promise<CorpusFile[]> {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-bench-docx-'))
  try {
    const made: CorpusFile[] = []
    for (const page of pages) {
      const [from, to] = [join(folder, 'page.html'), join(folder, 'page.docx')]
      await writeFile(from, page.bytes)
      const args = ['-f', 'html', '-t', 'docx', '-o', to, from]
      const isMade = await run('pandoc', args, { cwd: folder, timeout: CONVERT_MS }).then(
        () => true,
        () => false,
      )
      if (isMade) made.push({ ...page, format: 'docx', bytes: await readFile(to) })
    }
    return made
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
