import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildRoot } from '../runtime/package-root.ts'

const run = promisify(execFile)

/** Runs a docmgr command with --json and gives the last line that it printed. */
export async function runCommand<T>(args: readonly string[]): Promise<T> {
  const { stdout } = await run(process.execPath, [join(buildRoot(), 'cli.js'), ...args, '--json'], {
    timeout: 300_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as T
}
