// Compiles src to dist with esbuild: the CLI, the worker entries, the benches and the tests.
//
//   node src/build/build.mjs [--out=dist] [--program]
//
// --program: only what runs in production, without tests, benches and source maps; so does the image.
//
// One call with code splitting: a package is compiled once and shared, and each dynamic import()
// becomes a chunk of its own, so that a command loads only what it uses. Types are checked by tsc.
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { external } from './external.mjs'
import { findFiles, fingerprint } from './files.mjs'

const option = (name, fallback) =>
  process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? fallback

const out = option('out', 'dist')
const program = process.argv.includes('--program')
const entries = findFiles(
  'src',
  /^src\/(cli|config\/define-config|bench\/bench(-stack)?)\.ts$|\.(worker|test)\.ts$/,
)
const wanted = entries.filter((path) => !program || !/^src\/bench\/|\.test\.ts$/.test(path))

rmSync(out, { recursive: true, force: true })
await build({
  entryPoints: wanted,
  outdir: out,
  outbase: 'src',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: program ? false : 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  chunkNames: 'chunks/[name]-[hash]',
  external,
  // The AWS SDK warns on each start with Node 20 that its releases of 2027 will not run on it. That is for who updates
  // packages, not for who runs an image with this version of both.
  define: { 'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"' },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
})
writeFileSync(`${out}/package.json`, '{"type":"module"}\n')
writeFileSync(`${out}/.fingerprint`, fingerprint())
chmodSync(`${out}/cli.js`, 0o755)
