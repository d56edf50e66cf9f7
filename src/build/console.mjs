// Builds the console: the pages of src/console, with hashed names, each file also compressed as well as possible, because
// a file is compressed once and sent often.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'

const ENTRY = 'src/console/main.tsx'
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }

/** @param out the folder of the build; the console gets a folder in it */
export function buildConsole(out) {
  const { metafile, outputFiles } = buildSync({
    entryPoints: [ENTRY],
    outdir: `${out}/console`,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  mkdirSync(`${out}/console`, { recursive: true })
  for (const { path, contents } of outputFiles) {
    writeFileSync(path, contents)
    writeFileSync(`${path}.br`, brotliCompressSync(contents, BROTLI))
    writeFileSync(`${path}.gz`, gzipSync(contents, { level: constants.Z_BEST_COMPRESSION }))
  }
  writeFileSync(`${out}/console/index.html`, pageOf(metafile.outputs))
}

/** The page, with the names of this build. */
function pageOf(outputs) {
  const urlOf = (path) => `/console/${path.split('/').at(-1)}`
  const [script, { imports, cssBundle }] = Object.entries(outputs).find(
    ([, { entryPoint }]) => entryPoint === ENTRY,
  )
  const preloads = imports
    .filter(({ kind }) => kind === 'import-statement')
    .map(({ path }) => `<link rel="modulepreload" href="${urlOf(path)}">`)
  const assets = [
    `<link rel="stylesheet" href="${urlOf(cssBundle)}">`,
    ...preloads,
    `<script type="module" src="${urlOf(script)}"></script>`,
  ].join('\n    ')
  return readFileSync('src/console/index.html', 'utf8').replace('<!-- assets -->', assets)
}
