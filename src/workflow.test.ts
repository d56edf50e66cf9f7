/** The workflow for hosted runners is what .ci/run is: nothing that a change needs runs in one place only. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { packageRoot } from './runtime/package-root.ts'

const read = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8')

interface Workflow {
  jobs: Record<
    string,
    { strategy?: { matrix: Record<string, string[]> }; steps: { run?: string; uses?: string }[] }
  >
}

/** The scripts of .ci that the jobs run, with their arguments. */
function scriptsOf({ jobs }: Workflow): string[] {
  return Object.values(jobs).flatMap(({ strategy, steps }) =>
    steps.flatMap(({ run = '' }) => {
      const script = /\.ci\/(.*)$/.exec(run)?.[1]
      const [[name, values] = ['', ['']]] = Object.entries(strategy?.matrix ?? {})
      return script === undefined
        ? []
        : values.map((value) =>
            script.replace(`\${{ matrix.${name} }}`, value).replace(/^chaos embedded$/, 'chaos'),
          )
    }),
  )
}

test('the workflow ci runs each part of .ci/run', () => {
  const [, list] = /^for part in (.*); do$/m.exec(read('.ci/run'))!
  const parts = [...list!.matchAll(/'([^']+)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!)
  const workflow = parse(read('.github/workflows/ci.yml')) as Workflow
  assert.deepEqual(scriptsOf(workflow).toSorted(), parts.toSorted())
})
