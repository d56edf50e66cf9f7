// The PostgreSQL server that the test files of a run share: `node shared-postgres.worker.js`. Prints where it is, as one line
// of JSON, and ends when standard input does: so it outlives no run, however that ends.
import { once } from 'node:events'
import { startTestPostgres } from './postgres.ts'

// Ctrl-C reaches every process of a terminal: this one is still needed until the tests have ended.
process.on('SIGINT', () => {})
const { connection, stop } = await startTestPostgres({ shared: true })
process.stdout.write(`${JSON.stringify(connection)}\n`)
await once(process.stdin.resume(), 'end')
await stop()
