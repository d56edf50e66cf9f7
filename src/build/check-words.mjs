// Finds words that this project does not use, in identifiers, comments, messages and documents. The reader is an engineer
// who knows Kafka, PostgreSQL and HTTP: each word has a plain or a standard one in its place.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What is written → what to write. */
const WORDS = {
  anew: 'again',
  'at the most': 'at most',
  beforehand: 'before',
  'bury|buried': 'send to the dead letters',
  heard: 'received, published',
  'in hand': 'in flight',
  'in vain': 'without success; timed out',
  'knock(s|ed|ing)?': 'probe, connect',
  'lanes?': 'consumer queue',
  'mend(s|ed|ing)?': 'fix, repair',
  thereof: 'of it',
  told: 'notified, sent',
  virgin: 'new, empty',
  whoever: 'the caller, the client, any process that',
}

const FILES = /\.(ts|mjs|js|md|ya?ml|sh|json)$|^\.ci\/|^\.githooks\/|^docker\/native\/stack$/
// Generated files, prose of sample contracts, and this list.
const EXCEPT =
  /^package-lock\.json$|^src\/rpc\/gen\/|^drizzle\/meta\/|^src\/commands\/seed\/clauses\.ts$|^src\/build\/check-words\.mjs$/

const rules = Object.entries(WORDS).map(([word, instead]) => [new RegExp(`\\b(?:${word})\\b`, 'i'), instead])
let count = 0
for (const path of execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n')) {
  if (!FILES.test(path) || EXCEPT.test(path)) continue
  const lines = readText(path).split('\n')
  lines.forEach((line, index) => {
    // Words of identifiers count too.
    const words = line.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ')
    for (const [word, instead] of rules) {
      const found = word.exec(words)
      if (!found) continue
      count++
      console.log(`${path}:${index + 1}: "${found[0]}" → ${instead}`)
    }
  })
}
if (count > 0) {
  console.log(`${count} words to replace`)
  process.exit(1)
}

/** A file that is deleted but not yet committed has none. */
function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
