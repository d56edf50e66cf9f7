// How src becomes a folder that runs. One esbuild call with code splitting: a package is compiled once and shared, and each
// dynamic import() becomes a chunk, so that a command loads only what it uses. Types are checked by tsc, not here.
import { chmodSync, copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildConsole } from './console.mjs'
import { external } from './external.mjs'
import { findFiles, fingerprint } from './files.mjs'

/** What runs in production, and with `all` tests and benches too. */
export function entryPoints({ all }) {
  const program = /^src\/(cli|config\/define-config)\.ts$|\.worker\.ts$/
  const others =
    /^src\/(bench\/bench(-search|-stack)?|chaos\/(chaos|mutation\/broken-builds))\.ts$|\.test\.ts$/
  const entries = findFiles('src', /\.ts$/)
  return entries.filter(
    (path) =>
      (program.test(path) && (all || !/^src\/(bench|testing)\//.test(path))) || (all && others.test(path)),
  )
}

/** esbuild's options. @param out the folder that the compiled files are written to */
export function compileOptions(out, { entries, sourcemap = 'linked' }) {
  return {
    entryPoints: entries,
    outdir: out,
    outbase: 'src',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    chunkNames: 'chunks/[name]-[hash]',
    external,
    // With Node 20 the AWS SDK warns at each start that its releases of 2027 need a newer one. This concerns those who update
    // packages, not those who run an image that has fixed versions of both.
    define: { 'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  }
}

/** What the page /docs loads, with its licence. */
const VIEWER = ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE', 'NOTICE']

/** What OCR loads: its programs, and the language data of English, of the network with whole numbers. */
const OCR_FILES = {
  'tesseract.js-core/tesseract-core-simd-lstm.js': 'tesseract.cjs',
  'tesseract.js-core/tesseract-core-simd-lstm.wasm': 'tesseract.wasm',
  '@hyzyla/pdfium/pdfium.wasm': 'pdfium.wasm',
  '@tesseract.js-data/eng/4.0.0_best_int/eng.traineddata.gz': 'eng.traineddata.gz',
}

/** Makes the output folder a build: a package of modules, an executable, the console, the files of /docs, character maps for PDF, the state of the sources. */
export function finishBuild(out) {
  buildConsole(out)
  mkdirSync(`${out}/docs`, { recursive: true })
  for (const file of VIEWER)
    copyFileSync(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${file}`)), `${out}/docs/${file}`)
  cpSync(fileURLToPath(new URL('../cmaps', import.meta.resolve('pdfjs-dist'))), `${out}/extraction/cmaps`, {
    recursive: true,
  })
  for (const [file, name] of Object.entries(OCR_FILES))
    copyFileSync(fileURLToPath(import.meta.resolve(file)), `${out}/extraction/ocr/${name}`)
  writeFileSync(`${out}/package.json`, '{"type":"module"}\n')
  writeFileSync(`${out}/.fingerprint`, fingerprint())
  chmodSync(`${out}/cli.js`, 0o755)
}
