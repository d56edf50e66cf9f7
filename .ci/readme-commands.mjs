// Prints README's shell examples, word for word and in order, as one script for sh. What is not run is named here, with the
// reason; an entry that no longer matches, and a document that names no example, are errors.
// With an argument, only the blocks that begin so are printed: for where there is what they need.
//
//   node .ci/readme-commands.mjs ['docker compose up'] >script; sh -e script
import { readFileSync } from 'node:fs'

/** The beginnings of lines, and why they are left out. A whole block is left out where the reason concerns all of it. */
const NOT_RUN = [
  { line: 'npm start', why: 'runs beside this script' },
  { line: 'npm test', why: '.ci/embedded has run it' },
  { block: 'docker compose up', why: 'needs a container engine: .ci/compose' },
  { block: 'docker compose run', why: 'needs a container engine: .ci/compose' },
  { block: 'helm install', why: 'needs a cluster: .ci/kind' },
  {
    block: 'export DOCMGR_AUTH_MODE=required DOCMGR_LISTEN_HOST=0.0.0.0',
    why: 'needs servers: docker/native/stack starts the roles so',
  },
]

const unused = new Set(NOT_RUN)
const uses = (rule) => (unused.delete(rule), rule)
const leftOut = (line) => NOT_RUN.find((rule) => rule.line !== undefined && line.startsWith(rule.line))

const readme = readFileSync('README.md', 'utf8')
const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text)
if (blocks.length === 0) throw new Error('README has no blocks of sh')
const [, , only] = process.argv
if (only !== undefined) {
  const found = blocks.filter((block) => block.startsWith(only))
  if (found.length === 0) throw new Error(`README has no block that begins with ${only}`)
  console.log(found.join(''))
  process.exit()
}
for (const block of blocks) {
  const rule = NOT_RUN.find((one) => one.block !== undefined && block.startsWith(one.block))
  if (rule) {
    console.log(`echo ${quoted(`not run, ${uses(rule).why}: ${block.split('\n', 1)[0]}`)}`)
    continue
  }
  for (const line of block.split('\n')) {
    const skipped = leftOut(line)
    console.log(skipped ? `echo ${quoted(`not run, ${uses(skipped).why}: ${line}`)}` : line)
  }
  // What a block leaves running ends by itself, and successfully.
  if (/ & *(#.*)?$/m.test(block)) console.log('wait "$!"')
}
for (const { line, block } of unused) throw new Error(`README has no longer ${line ?? block}`)

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
