// A supervisor in a process of its own, for the tests to kill: `node supervisor.worker.js FOLDER`.
// Prints what it found as one line of JSON, ends normally when standard input ends.
import { silentLogger } from '../../runtime/logger.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('the folder is missing')
const { pid, findings, connection } = await startEmbeddedPostgres({ folder, log: silentLogger })
process.stdout.write(`${JSON.stringify({ pid, findings, connection })}\n`)
process.stdin.resume().once('end', () => process.exit(0))
