import { createServer } from 'node:net'

/**
 * Ports of this machine that nothing listens on, below those that the system gives to outgoing connections: a process
 * that comes back must find its port free.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  while (found.size < count) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) found.add(port)
  }
  return [...found]
}
