/** What docmgr itself says about an environment that a container would get. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Setting {
  key: string
  variable: string
  value: unknown
  origin: string
}

export const CLI = resolve(process.env['CHECK_CLI'] ?? 'dist/cli.js')

/** What the image sets in every container. */
export const IMAGE_ENVIRONMENT = Object.fromEntries(
  [
    ...readFileSync('docker/Dockerfile', 'utf8')
      .replace(/^#.*/gm, '')
      .matchAll(/(DOCMGR_\w+)=(\S+)/g),
  ].map(([, name, value]) => [name!, value!]),
)

/** `docmgr config --json` in this environment and no other, from an empty folder. */
export function configurationOf(
  environment: Record<string, string>,
  args: string[] = [],
): { settings: Map<string, Setting> } | { problem: string } {
  const folder = mkdtempSync(join(tmpdir(), 'docmgr-config-'))
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'config', '--json', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...environment },
    encoding: 'utf8',
  })
  if (status !== 0) return { problem: stderr.trim() }
  const { settings } = JSON.parse(stdout) as { settings: Setting[] }
  return { settings: new Map(settings.map((setting) => [setting.variable, setting])) }
}
