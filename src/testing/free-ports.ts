import { createServer } from 'node:net'

/** Below those that the system gives to outgoing connections: a process that comes back must find its port free. */
const FIRST = 15_000
/** As many ports as a process of tests has of its own, and as many such processes. */
const [OWN, PROCESSES] = [150, 100]

/** The next one to look at. */
let place = Math.floor(Math.random() * OWN)

/**
 * Ports of this machine that nothing listens on. Who asks listens on them only later, or for some time not at all. So
 * each is given again only after all others of this process, and other processes have others.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = []
  while (found.length < count) {
    const port = FIRST + (process.pid % PROCESSES) * OWN + (place++ % OWN)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) found.push(port)
  }
  return found
}
