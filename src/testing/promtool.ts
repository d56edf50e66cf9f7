import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../runtime/package-root.ts'

/** The path of Prometheus' promtool, which is installed where it is missing. */
export const findPromtool = (): string =>
  execFileSync(join(packageRoot(), 'docker/prometheus/promtool'), { encoding: 'utf8' }).trim()
