// Docker's health check: exits with 0 if the docmgr in this container is ready, else with 1, and prints its answer.
import { get } from 'node:http'

const port = process.env.DOCMGR_LISTEN_HTTP ?? '8000'

get(`http://127.0.0.1:${port}/health/ready`, { timeout: 3_000 }, (answer) => {
  answer.pipe(process.stdout)
  process.exitCode = answer.statusCode === 200 ? 0 : 1
})
  .on('timeout', function () {
    this.destroy(new Error('no answer within 3 s'))
  })
  .on('error', (error) => {
    console.log(error.message)
    process.exitCode = 1
  })
