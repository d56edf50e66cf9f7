// Removes from package.json the packages that the build bundles, so that `npm prune` deletes them.
import { readFileSync, writeFileSync } from 'node:fs'
import { external } from '../src/build/external.mjs'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
for (const name of Object.keys(manifest.dependencies)) {
  if (!external.includes(name)) delete manifest.dependencies[name]
}
writeFileSync('package.json', JSON.stringify(manifest, null, 2))
