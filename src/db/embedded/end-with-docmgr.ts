import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SERVER_ENVIRONMENT } from './server-user.ts'

/**
 * Reads from a pipe whose other end only docmgr has: a line says that the server has ended, the end of the pipe that
 * docmgr has. The server then gets the same signals as in an ordinary stop, each with ten seconds. $1 is its process
 * id, $2 a folder to remove when it is empty, if any.
 */
const SCRIPT = `
read -r ended && exit
for signal in INT QUIT KILL; do
  kill -s $signal "$1" || break
  for second in 1 2 3 4 5 6 7 8 9 10; do
    sleep 1
    kill -s 0 "$1" || break 2
  done
done
[ -z "$2" ] || rmdir "$2"`

export interface EndWithDocmgr {
  /** the server has ended, and its process id may belong to another process from now on */
  release(): void
}

/**
 * Makes the server end when this process does, also after kill -9. A shell in a session of its own waits for that, because
 * neither Ctrl-C at a terminal nor the loss of the terminal may end it before.
 * @param pid of the server, a child of this process
 * @param folder of its socket, to be removed after the server if it is empty
 * @throws Error when the shell cannot be started
 */
export async function endWithDocmgr(pid: number, folder?: string): Promise<EndWithDocmgr> {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'docmgr-ends-postgres', String(pid), folder ?? ''], {
    cwd: '/',
    env: SERVER_ENVIRONMENT,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // It can be killed before the server has ended.
  shell.stdin.on('error', () => {})
  await once(shell, 'spawn')
  shell.unref()
  return { release: () => void shell.stdin.end('ended\n') }
}
