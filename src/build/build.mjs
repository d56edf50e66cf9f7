// Compiles src to dist: the CLI, the worker entries, the benches and the tests.
//
//   node src/build/build.mjs [--out=dist] [--program]
//
// --program: only what runs in production, without tests, benches and source maps; the image is built this way.
import { rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { compileOptions, entryPoints, finishBuild } from './compile.mjs'
import { pureTests } from './pure-tests.mjs'

const out = process.argv.find((argument) => argument.startsWith('--out='))?.slice('--out='.length) ?? 'dist'
const program = process.argv.includes('--program')
const entries = entryPoints({ all: !program })

rmSync(out, { recursive: true, force: true })
const { metafile } = await build(compileOptions(out, { entries, ...(program && { sourcemap: false }) }))
if (!program) writeFileSync(`${out}/pure-tests.json`, JSON.stringify(pureTests(metafile)))
finishBuild(out)
