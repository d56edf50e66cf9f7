/** Every role runs from the files of the image, as a user who can write nothing but the data folder. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ROLES } from '../facts.ts'
import { packageRoot } from '../../testing/program.ts'
import { runCli } from '../../testing/cli.ts'
import { eventually } from '../../testing/deadline.ts'
import { startTopology, type Topology } from '../../testing/topology.ts'
import { undoing } from '../../testing/undoing.ts'
import { createDocument, send, sign } from '../requests.ts'
import { openSocket } from '../socket.ts'

const run = promisify(execFile)
const BUILD_LIMIT_MS = 600_000

interface Image {
  root: string
  workdir: string
  env: Record<string, string>
  user: string
  entrypoint: string[]
  cmd: string[]
  health: string[]
  /** commands that need Debian's packages */
  skipped: string[]
}

test('the image has what every role needs', async (t) => {
  const undo = undoing(t)
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-image-'))
  undo.after(() => rm(folder, { recursive: true, force: true }))
  const builder = join(packageRoot(), 'docker/check/image.mjs')
  const { stdout } = await run(process.execPath, [builder, folder], { timeout: BUILD_LIMIT_MS })
  const image = JSON.parse(stdout) as Image
  assert.deepEqual(image.entrypoint, ['tini', '--', 'node', '/app/dist/cli.js'])
  assert.deepEqual(image.cmd, ['serve'])
  assert.equal(image.skipped.length, 1, image.skipped.join('\n'))
  assert.match(image.skipped[0]!, /install .* tini=/)

  const user = Number(image.user.split(':')[0])
  assert.ok(user > 0, 'not root')
  // A user other than root cannot change the user, and needs no change.
  const program = {
    path: join(image.root, 'app/dist/cli.js'),
    ...(process.getuid!() === 0 && { user }),
  }
  await chmod(folder, 0o755)
  await run('chmod', ['-R', 'a-w', image.root])
  undo.after(() => run('chmod', ['-R', 'u+w', image.root]))
  const help = await runCli(['--help'], { program, env: image.env })
  assert.equal(help.code, 0, help.stderr)
  assert.match(help.stdout, /serve/)

  const one = Object.fromEntries(ROLES.map((role) => [role, 1]))
  const { NODE_ENV, DOCMGR_LOG_LEVEL } = image.env as { NODE_ENV: string; DOCMGR_LOG_LEVEL: string }
  const topology = await startTopology(one, { program, env: { NODE_ENV, DOCMGR_LOG_LEVEL } })
  undo.after(() => topology.stop())
  try {
    await useEveryRole(topology)
  } catch (error) {
    throw new Error(topology.output(), { cause: error })
  }
  for (const role of ROLES) {
    const { port } = new URL(topology.instances(role)[0]!.url)
    const script = join(image.root, image.health[1]!)
    await run(process.execPath, [script], { env: { DOCMGR_LISTEN_HTTP: port } })
  }
  await assert.rejects(
    run(process.execPath, [join(image.root, image.health[1]!)], { env: { DOCMGR_LISTEN_HTTP: '9' } }),
    'the health check fails where no process listens',
  )
})

async function useEveryRole({ urls }: Topology): Promise<void> {
  const { id, title } = await createDocument(urls.http)
  const socket = await openSocket(urls, id)
  assert.equal((await socket.next()).type, 'connection.established')
  assert.equal((await sign(urls.http, id, { signature_data: 'aGVsbG8=' })).status, 201)
  await eventually(
    'the message about the signature',
    async () => (await socket.next()).type === 'signature.added',
  )
  await eventually('the document to be found', async () => {
    const { body } = await send<{ total: number }>(`${urls.search}/search?q=${encodeURIComponent(title)}`)
    return body.total === 1
  })
  socket.close()
}
