// A supervisor in a process of its own, which tests kill: `node supervisor.worker.js FOLDER`. Prints the running server
// as one line of JSON; exits normally when standard input ends.
import { silentLogger } from '../../runtime/logger.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('the folder is missing')
const { pid, findings, connection } = await startEmbeddedPostgres({ folder, log: silentLogger })
process.stdout.write(`${JSON.stringify({ pid, findings, connection })}\n`)
process.stdin.resume().once('end', () => process.exit(0))
