/** The baseline: node:http alone, in a process of its own, that answers every request with the same bytes. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const answer = JSON.parse(process.argv[2]!) as {
  status: number
  headers: Record<string, string>
  body: string
}

const server = createServer((request, response) => {
  const send = (): void => {
    response.writeHead(answer.status, answer.headers)
    response.end(answer.body)
  }
  if (request.method === 'GET') return send()
  request.resume().once('end', send)
})
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }))

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send!({ cpu: (user + system) / 1e6 })
})
// Its parent has gone.
process.on('disconnect', () => process.exit())
