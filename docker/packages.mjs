// Leaves in package.json only the packages that the build does not contain; `npm prune` then removes the others.
import { readFileSync, writeFileSync } from 'node:fs'
import { external } from '../src/build/external.mjs'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
for (const name of Object.keys(manifest.dependencies)) {
  if (!external.includes(name)) delete manifest.dependencies[name]
}
writeFileSync('package.json', JSON.stringify(manifest, null, 2))
