/** The commands that bring many documents at once. */
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { packageRoot } from '../../runtime/package-root.ts'
import type { Measurement } from '../measurement.ts'
import { runCommand } from '../run-command.ts'

const FORMATS = ['.md', '.html', '.json', '.txt', '.pdf', '.docx']
const MAX_FILE_BYTES = 1_000_000

export const seed: Measurement = {
  name: 'seed',
  async run({ scale, service }) {
    const args = ['seed', '--count', String(scale.seeds), '--url', service.urls.http]
    const { seconds, signatures, moves } = await runCommand<{
      seconds: number
      signatures: number
      moves: number
    }>(args)
    const measure = `docmgr seed --count ${scale.seeds}`
    return [
      {
        measure,
        value: seconds,
        unit: 's',
        aim: 60,
        detail: `with ${signatures} signatures and ${moves} moves`,
      },
    ]
  },
}

/** Texts of this installation's packages. */
export const importing: Measurement = {
  name: 'import',
  async run(bench) {
    const folder = join(bench.folder, 'import')
    await collect(folder, bench.scale.importFiles)
    const begun = performance.now()
    const { imported, bytes, seconds } = await runCommand<{
      imported: number
      bytes: number
      seconds: number
    }>(['import', folder, '--url', bench.service.urls.http])
    await bench.settled()
    const indexed = (performance.now() - begun) / 1_000
    const size = `${imported} files, ${(bytes / 1e6).toFixed(1)} MB, ${(bytes / 1e6 / seconds).toFixed(1)} MB/s`
    const detail = `${size}; all searchable ${indexed.toFixed(1)} s after the start`
    return [{ measure: 'docmgr import', value: imported / seconds, unit: 'files/s', detail }]
  },
}

async function collect(folder: string, count: number): Promise<void> {
  await mkdir(folder)
  const packages = join(packageRoot(), 'node_modules')
  const names = await readdir(packages, { recursive: true })
  let found = 0
  for (const name of names.filter((name) => FORMATS.includes(extname(name))).sort()) {
    if (found === count) return
    const path = join(packages, name)
    const stats = await stat(path)
    if (stats.isFile() && stats.size > 0 && stats.size <= MAX_FILE_BYTES) {
      await copyFile(path, join(folder, `${++found}-${name.split(/[/\\]/).at(-1)}`))
    }
  }
}
