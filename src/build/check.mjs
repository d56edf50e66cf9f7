// The static checks, all at once:
//
//   npm run check [-- NAME…] [-- --fresh]
//
// NAME is a key of CHECKS; all run without one. The checks keep what they have found out in node_modules/.cache;
// --fresh ignores that, as CI does.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { build } from 'esbuild'
import { compileOptions } from './compile.mjs'

const CACHE = 'node_modules/.cache/check'
const OUT = '.out/check'
const args = process.argv.slice(2)
const fresh = args.includes('--fresh')
const names = args.filter((argument) => !argument.startsWith('--'))
const cached = (...options) => (fresh ? [] : options)

const CHECKS = {
  types: [
    'node_modules/typescript/bin/tsc',
    ...cached('--incremental', `--tsBuildInfoFile`, `${CACHE}/tsc.json`),
  ],
  'console-types': ['node_modules/typescript/bin/tsc', '-p', 'src/console'],
  lint: [
    'node_modules/eslint/bin/eslint.js',
    '--max-warnings=0',
    ...cached('--cache', '--cache-strategy=content', `--cache-location=${CACHE}/eslint.json`),
    '.',
  ],
  format: [
    'node_modules/prettier/bin/prettier.cjs',
    '--check',
    '--log-level=warn',
    ...cached('--cache', '--cache-strategy=content', `--cache-location=${CACHE}/prettier.json`),
    '.',
  ],
  // Layers, import cycles, and which package is named where.
  architecture: ['--enable-source-maps', '--test-reporter=dot', `${OUT}/architecture.test.js`],
  unused: [
    'node_modules/knip/bin/knip.js',
    '--no-progress',
    ...cached('--cache', `--cache-location=${CACHE}/knip`),
  ],
  words: ['src/build/check-words.mjs'],
}

const unknown = names.find((name) => !(name in CHECKS))
if (unknown !== undefined) {
  console.error(`no check is called ${unknown}; there are ${Object.keys(CHECKS).join(', ')}`)
  process.exit(2)
}

/** Prints the output of a check in one piece when it has ended. */
function run(name) {
  const begun = performance.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, CHECKS[name], {
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text))
    child.on('close', (code) => {
      const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
      console.log(`${code === 0 ? '✔' : '✖'} ${name} (${seconds} s)`)
      if (code !== 0) console.log(output)
      resolve(code === 0)
    })
  })
}

mkdirSync(CACHE, { recursive: true })
const wanted = names.length > 0 ? names : Object.keys(CHECKS)
if (wanted.includes('architecture'))
  await build(compileOptions(OUT, { entries: ['src/architecture.test.ts'] }))
const passed = await Promise.all(wanted.map(run))
if (passed.includes(false)) process.exit(1)
